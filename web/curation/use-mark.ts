import { useServices } from '../api/services.ts'
import { sayDone } from '../ui/say-done.ts'
import { type MarkCommand, type Marked, planMarks } from './mark-command.ts'

/** Does what a key says; what pictures then look like says the rest. */
export function useMark() {
  const { curator } = useServices()
  return (command: MarkCommand, tiles: readonly Marked[]): void => {
    const { what, tiles: changed, edit } = planMarks(command, tiles)
    if (changed.length === 0) {
      sayDone('Nothing to change: all of it has stars already.')
      return
    }
    void curator.edit(what, changed, edit)
  }
}
