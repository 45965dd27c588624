import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { usePairingDialog } from './use-pairing-dialog.tsx'

/** The way in for a new machine. */
export function AddMachine() {
  const { open, dialog } = usePairingDialog('Add a machine', null)
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
      {dialog}
    </>
  )
}
