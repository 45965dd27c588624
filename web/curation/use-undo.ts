import { useServices } from '../api/services.ts'
import { sayDone } from '../ui/say-done.ts'

export function useUndo() {
  const { curator } = useServices()
  return {
    undo: () => {
      sayDone(curator.nextUndo ? `Taken back: ${curator.nextUndo}.` : 'There is nothing to take back.')
      void curator.undo()
    },
    redo: () => {
      sayDone(curator.nextRedo ? `Done again: ${curator.nextRedo}.` : 'There is nothing to do again.')
      void curator.redo()
    },
  }
}
