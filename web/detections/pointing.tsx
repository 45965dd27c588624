import { useEffect, useRef, useState } from 'react'
import { SlotFill } from '../ui/slot.tsx'
import { PointingBar } from './pointing-bar.tsx'
import { PointingSurface } from './pointing-surface.tsx'
import { addPoint, drawBox, emptyDraft, isEmpty, takeBack } from './prompt-draft.ts'
import { useDetectionActions } from './use-detection-actions.tsx'
import { useOutline } from './use-outline.ts'

type PointingProps = {
  assetId: number
  heightShare: number
  /** Something was outlined and kept. */
  onKept: () => void
  onLeave: () => void
}

/** The mode in which one points at something and gets its outline, and may keep it under a name. */
export function Pointing({ assetId, heightShare, onKept, onLeave }: PointingProps) {
  const [draft, setDraft] = useState(emptyDraft)
  const [takesAway, setTakesAway] = useState(false)
  const outline = useOutline(assetId, draft)
  const { draw } = useDetectionActions(assetId)
  usePointingKeys({
    onLeave,
    onBack: () => setDraft(takeBack),
  })

  const keep = async (label: string) => {
    const { found } = outline
    if (!found?.box) return
    if (!(await draw({ label, box: found.box, mask: found.mask }))) return
    setDraft(emptyDraft)
    onKept()
  }
  return (
    <>
      <SlotFill name="viewer-overlay">
        <PointingSurface
          draft={draft}
          found={outline.found}
          isThinking={outline.isThinking}
          heightShare={heightShare}
          takesAway={takesAway}
          onPoint={(at, inside) => setDraft((before) => addPoint(before, { at, inside }))}
          onBox={(box) => setDraft(drawBox(box))}
        />
      </SlotFill>
      <SlotFill name="viewer-notes">
        <PointingBar
          isStarted={!isEmpty(draft)}
          outline={outline}
          takesAway={takesAway}
          onTakesAway={setTakesAway}
          onBack={() => setDraft(takeBack)}
          onKeep={keep}
          onLeave={onLeave}
        />
      </SlotFill>
    </>
  )
}

/** Before the viewer has its turn: Escape leaves the mode, not the picture. */
function usePointingKeys(keys: { onLeave: () => void; onBack: () => void }): void {
  const latest = useRef(keys)
  latest.current = keys
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const isField = (event.target as Element).closest('input') !== null
      if (event.key === 'Escape') latest.current.onLeave()
      else if (event.key === 'Backspace' && !isField) latest.current.onBack()
      else return
      event.preventDefault()
      event.stopImmediatePropagation()
    }
    document.addEventListener('keydown', listen, { capture: true })
    return () => document.removeEventListener('keydown', listen, { capture: true })
  }, [])
}
