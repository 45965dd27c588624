import { Button, Modal } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { callApi } from '../api/call-api.ts'
import { JOINING_KEY } from '../api/queries.ts'
import { Failure } from '../ui/panel.tsx'
import { PairingSheet } from './pairing-sheet.tsx'

/** Makes a code and shows what to do with it on the new machine. */
export function AddMachine() {
  const queryClient = useQueryClient()
  const [isOpen, setOpen] = useState(false)
  const create = useMutation({
    mutationFn: () => callApi('createPairingCode', { body: {} }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: JOINING_KEY }),
  })
  const open = () => {
    setOpen(true)
    create.mutate()
  }
  return (
    <>
      <Button
        size="xs"
        variant="default"
        onClick={open}
        leftSection={<IconPlus size={14} stroke={1.8} aria-hidden="true" />}
      >
        Add machine
      </Button>
      <Modal
        opened={isOpen}
        onClose={() => setOpen(false)}
        title="Add a machine"
        size={640}
        centered
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {create.isError && <Failure error={create.error} onRetry={() => create.mutate()} />}
        {create.data && (
          <PairingSheet
            key={create.data.id}
            made={create.data}
            isBusy={create.isPending}
            onAnother={() => create.mutate()}
            onDone={() => setOpen(false)}
          />
        )}
      </Modal>
    </>
  )
}
