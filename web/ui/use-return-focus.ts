import { useEffect, useState } from 'react'

/** Gives the focus back to where it was before this component came, when it goes. */
export function useReturnFocus(): void {
  // At the first rendering: effects of children may have moved the focus by the time that ours run.
  const [before] = useState(() => document.activeElement)
  useEffect(
    () => () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    },
    [before],
  )
}
