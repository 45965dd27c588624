import { Modal } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { callApi } from '../api/call-api.ts'
import { JOINING_KEY } from '../api/queries.ts'
import { Failure } from '../ui/panel.tsx'
import { PairingSheet } from './pairing-sheet.tsx'

/**
 * A dialog that makes a code when it is opened, and shows what to do with it.
 *
 * @param agentId whose place the machine takes; null for a new one
 */
export function usePairingDialog(
  title: string,
  agentId: number | null,
): { open: () => void; dialog: ReactNode } {
  const queryClient = useQueryClient()
  const [isOpen, setOpen] = useState(false)
  const create = useMutation({
    mutationFn: () => callApi('createPairingCode', { body: { agentId } }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: JOINING_KEY }),
  })
  const open = () => {
    setOpen(true)
    create.reset()
    create.mutate()
  }
  const dialog = (
    <Modal
      opened={isOpen}
      onClose={() => setOpen(false)}
      title={title}
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
  )
  return { open, dialog }
}
