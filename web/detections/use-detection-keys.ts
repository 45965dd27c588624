import { useEffect, useRef } from 'react'
import { isTyping } from '../ui/is-typing.ts'

type DetectionKeys = { onShown: () => void; onPointing: () => void; onSimilar: () => void }

/** Keys of the viewer for what is in the picture. */
export function useDetectionKeys(keys: DetectionKeys): void {
  const latest = useRef(keys)
  latest.current = keys
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return
      if (event.defaultPrevented || isTyping(event)) return
      const key = event.key.toLowerCase()
      if (key === 'o') latest.current.onShown()
      else if (key === 'm') latest.current.onPointing()
      else if (key === 's') latest.current.onSimilar()
      else return
      event.preventDefault()
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [])
}
