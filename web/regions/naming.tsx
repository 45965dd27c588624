import { useEffect, useRef, useState } from 'react'
import type { AssetDetail } from '../../protocol/assets.ts'
import { SlotFill } from '../ui/slot.tsx'
import type { DraftRegion } from './draft-region.ts'
import { NamingBar } from './naming-bar.tsx'
import { RegionSurface } from './region-surface.tsx'
import { useRegions } from './use-regions.ts'

/** The mode in which boxes are drawn around people and things, named, changed and taken away. */
export function Naming({ asset, onLeave }: { asset: AssetDetail; onLeave: () => void }) {
  const { regions, put, remove, knownNames } = useRegions(asset)
  const [draft, setDraft] = useState<DraftRegion | null>(null)
  const removeDraft = async () => {
    if (draft?.at != null && (await remove(draft.at))) setDraft(null)
  }
  useNamingKeys({
    onEscape: () => (draft ? setDraft(null) : onLeave()),
    onDelete: draft?.at == null ? undefined : () => void removeDraft(),
  })
  const choose = (at: number) => {
    const region = regions[at]
    if (region) setDraft({ at, kind: region.kind, name: region.name, box: region.box })
  }
  return (
    <>
      <SlotFill name="viewer-overlay">
        <RegionSurface
          regions={regions}
          draft={draft}
          onChoose={choose}
          onDraw={(box) =>
            // What was typed for a box that is drawn anew is meant for that one.
            setDraft((before) =>
              before?.at === null ? { ...before, box } : { at: null, kind: 'person', name: '', box },
            )
          }
          onBox={(box) => setDraft((before) => before && { ...before, box })}
        />
      </SlotFill>
      <SlotFill name="viewer-notes">
        <NamingBar
          key={draft ? `${draft.at}` : 'none'}
          draft={draft}
          count={regions.length}
          knownNames={knownNames}
          onChange={setDraft}
          onSave={async (named) => {
            if (await put(named)) setDraft(null)
          }}
          onDelete={removeDraft}
          onLeave={() => (draft ? setDraft(null) : onLeave())}
        />
      </SlotFill>
    </>
  )
}

type NamingKeys = { onEscape: () => void; onDelete: (() => void) | undefined }

/** Before the viewer has its turn: Escape leaves the box, then the mode, and not the picture. */
function useNamingKeys(keys: NamingKeys): void {
  const latest = useRef(keys)
  latest.current = keys
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const isField = (event.target as Element).closest('input') !== null
      const { onEscape, onDelete } = latest.current
      if (event.key === 'Escape') onEscape()
      else if ((event.key === 'Delete' || event.key === 'Backspace') && !isField && onDelete) onDelete()
      else return
      event.preventDefault()
      event.stopImmediatePropagation()
    }
    document.addEventListener('keydown', listen, { capture: true })
    return () => document.removeEventListener('keydown', listen, { capture: true })
  }, [])
}
