import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'

/** Long enough to read it, think, and reach the button. */
const SHOWN_MS = 8_000

/** For actions that somebody may not have meant. */
export function sayUndoable(message: string, onUndo: () => unknown): void {
  const id = `undoable-${crypto.randomUUID()}`
  const undo = () => {
    notifications.hide(id)
    onUndo()
  }
  notifications.show({
    id,
    color: 'ember',
    autoClose: SHOWN_MS,
    message: (
      <>
        {message}
        <Button variant="subtle" size="compact-sm" ml={8} onClick={undo}>
          Undo
        </Button>
      </>
    ),
  })
}
