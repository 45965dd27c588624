import { type ReactNode, useCallback, useSyncExternalStore } from 'react'
import { createPortal } from 'react-dom'

type SlotName = 'viewer-actions' | 'viewer-overlay' | 'viewer-notes' | 'viewer-tools' | 'timeline-tools'

const elements = new Map<SlotName, HTMLElement>()
const listeners = new Set<() => void>()
const listen = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** A place on a page that another feature may fill, without the two knowing each other. */
export function SlotOutlet({ name, className }: { name: SlotName; className?: string | undefined }) {
  const attach = useCallback(
    (element: HTMLElement | null) => {
      if (element) elements.set(name, element)
      else elements.delete(name)
      for (const listener of listeners) listener()
    },
    [name],
  )
  return <div ref={attach} className={className} />
}

/** Shows its children in that place, while there is one. */
export function SlotFill({ name, children }: { name: SlotName; children: ReactNode }) {
  const element = useSyncExternalStore(listen, () => elements.get(name))
  return element ? createPortal(children, element) : null
}
