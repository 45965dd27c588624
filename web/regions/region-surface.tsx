import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react'
import { type Box, boxBetween } from '../ui/box-between.ts'
import { boxAt, type Corner, corners, grownBy, largeEnough, movedBy, withCorner } from './change-box.ts'
import type { DraftRegion, ShownRegion } from './draft-region.ts'
import styles from './regions.module.css'

/** A pointer that moves less than this while it is down has clicked. */
const STILL_PX = 6
/** Of the picture, for one press of an arrow key. */
const KEY_STEP = 0.02
/** What the keyboard begins with. */
const MIDDLE: Box = [0.4, 0.4, 0.2, 0.2]

type At = [number, number]
type Drag = { from: At; to: At; fromPx: At; isMoved: boolean; grip: 'new' | 'box' | Corner }

type RegionSurfaceProps = {
  regions: readonly ShownRegion[]
  draft: DraftRegion | null
  onChoose: (at: number) => void
  onDraw: (box: Box) => void
  /** Of the draft: moved, or of another size. */
  onBox: (box: Box) => void
}

/** Over the whole picture: shows who and what is where, and takes the pointer that draws, moves and pulls boxes. */
export function RegionSurface({ regions, draft, onChoose, onDraw, onBox }: RegionSurfaceProps) {
  const surface = useRef<HTMLDivElement>(null)
  const [drag, setDrag] = useState<Drag | null>(null)
  useEffect(() => surface.current?.focus({ preventScroll: true }), [])

  const placeOf = (event: PointerEvent): At => {
    const box = (surface.current as HTMLDivElement).getBoundingClientRect()
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]
  }
  const press = (event: PointerEvent) => {
    if (event.button !== 0 || (event.target as Element).closest('button')) return
    event.preventDefault()
    surface.current?.setPointerCapture(event.pointerId)
    const at = placeOf(event)
    const corner = corners[Number((event.target as HTMLElement).dataset.corner ?? 'NaN')]
    const grip = corner ?? (draft && boxAt([draft.box], at) === 0 ? 'box' : 'new')
    setDrag({ from: at, to: at, fromPx: [event.clientX, event.clientY], isMoved: false, grip })
  }
  const move = (event: PointerEvent) => {
    if (!drag) return
    const farPx = Math.hypot(event.clientX - drag.fromPx[0], event.clientY - drag.fromPx[1])
    setDrag({ ...drag, to: placeOf(event), isMoved: drag.isMoved || farPx > STILL_PX })
  }
  const release = () => {
    if (!drag) return
    setDrag(null)
    const box = draggedBox(drag, draft)
    if (!drag.isMoved) {
      const at = boxAt(
        regions.map((region) => region.box),
        drag.from,
      )
      if (at >= 0 && at !== draft?.at) onChoose(at)
    } else if (box && drag.grip === 'new') onDraw(box)
    else if (box) onBox(box)
  }
  const pressKey = (event: KeyboardEvent) => {
    if (event.target !== surface.current) return
    const arrow = arrows[event.key]
    if (arrow && draft) {
      const step: At = [arrow[0] * KEY_STEP, arrow[1] * KEY_STEP]
      onBox(event.shiftKey ? grownBy(draft.box, [step[0] / 2, -step[1] / 2]) : movedBy(draft.box, step))
    } else if (event.key === 'Enter' && !draft) onDraw(MIDDLE)
    else if (!arrow) return
    event.preventDefault()
    event.nativeEvent.stopImmediatePropagation()
  }

  const dragged = drag?.isMoved ? draggedBox(drag, draft) : null
  const shownDraft = dragged ?? draft?.box
  return (
    <div
      ref={surface}
      role="application"
      aria-label="People and things in the picture. Enter draws a box, arrow keys move it, Shift and arrow keys change its size"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes arrow keys and Enter
      tabIndex={0}
      className={styles.surface}
      data-takes-pointer=""
      onPointerDown={press}
      onPointerMove={move}
      onPointerUp={release}
      onPointerCancel={() => setDrag(null)}
      onKeyDown={pressKey}
    >
      <ul className={styles.regions} aria-label="Named in the picture">
        {regions.map(({ kind, name, box }, at) =>
          at === draft?.at ? null : (
            <li key={`${at} ${name}`} className={styles.region} data-kind={kind} style={placeStyle(box)}>
              <button
                type="button"
                className={styles.tag}
                aria-label={`${name}, ${kind === 'person' ? 'person' : 'thing'}`}
                data-low={box[1] < 0.06 || undefined}
                onClick={() => onChoose(at)}
              >
                {name}
              </button>
            </li>
          ),
        )}
      </ul>
      {shownDraft && (
        <div
          className={styles.region}
          data-kind={draft?.kind ?? 'person'}
          data-draft=""
          style={placeStyle(shownDraft)}
        >
          {corners.map(([across, down], index) => (
            <span
              key={`${across} ${down}`}
              className={styles.handle}
              data-corner={index}
              style={{ [across]: 0, [down]: 0 }}
              data-across={across}
              data-down={down}
            />
          ))}
        </div>
      )}
    </div>
  )
}

const arrows: Record<string, At> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

/** What the box would be if the pointer were let go now; null: nothing that one could see. */
function draggedBox({ from, to, grip }: Drag, draft: DraftRegion | null): Box | null {
  if (grip === 'new' || !draft) return largeEnough(boxBetween(from, to))
  if (grip === 'box') return movedBy(draft.box, [to[0] - from[0], to[1] - from[1]])
  return withCorner(draft.box, grip, to)
}

function placeStyle([x, y, width, height]: Box): React.CSSProperties {
  const percent = (share: number) => `${(share * 100).toFixed(3)}%`
  return { left: percent(x), top: percent(y), width: percent(width), height: percent(height) }
}
