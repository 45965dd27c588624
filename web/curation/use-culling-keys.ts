import { useEffect, useRef } from 'react'
import { isTyping } from '../ui/is-typing.ts'
import { type MarkCommand, readMarkKey } from './mark-command.ts'

type CullingKeys = {
  /** Another view has the keys. */
  isOff: boolean
  onMark: (command: MarkCommand) => void
  onUndo: () => void
  onRedo: () => void
  onCompare: () => void
  onAdvances: () => void
  /** Given while there is something that Escape would let go. */
  onClear: (() => void) | undefined
}

/** Keys of the whole page, but never those that belong to a field. */
export function useCullingKeys(keys: CullingKeys): void {
  const latest = useRef(keys)
  latest.current = keys
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const { isOff, onMark, onUndo, onRedo, onCompare, onAdvances, onClear } = latest.current
      if (isOff || event.altKey || event.defaultPrevented || isTyping(event)) return
      const key = event.key.toLowerCase()
      if (event.ctrlKey || event.metaKey) {
        if (key === 'z' && !event.repeat) (event.shiftKey ? onRedo : onUndo)()
        else if (key === 'y' && !event.repeat) onRedo()
        else return
        event.preventDefault()
        return
      }
      const command = event.repeat ? undefined : readMarkKey(event.key)
      if (command) onMark(command)
      else if (key === 'c' && !event.repeat) onCompare()
      else if (key === 'a' && !event.repeat) onAdvances()
      else if (key === 'escape' && onClear) onClear()
      else return
      event.preventDefault()
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [])
}
