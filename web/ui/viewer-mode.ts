import { useCallback, useEffect, useSyncExternalStore } from 'react'

/** What takes the pointer over the picture instead of the viewer; null: nothing. */
type ViewerMode = 'pointing' | 'naming'

let current: ViewerMode | null = null
const listeners = new Set<() => void>()
const listen = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function change(next: ViewerMode | null): void {
  current = next
  for (const listener of listeners) listener()
}

/** One mode at a time, though features know nothing of each other: to begin one is to end the other. */
export function useViewerMode(mode: ViewerMode): readonly [boolean, (isOn: boolean) => void] {
  const isOn = useSyncExternalStore(listen, () => current === mode)
  const set = useCallback(
    (wanted: boolean) => {
      if (wanted) change(mode)
      else if (current === mode) change(null)
    },
    [mode],
  )
  // Another picture begins without it.
  useEffect(() => () => set(false), [set])
  return [isOn, set]
}
