import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react'
import type { RouteAnswer } from '../../protocol/api/routes.ts'
import type { Prompt } from '../../protocol/vision.ts'
import { boxBetween } from '../ui/box-between.ts'
import { Outline } from './detection-shape.tsx'
import styles from './detections.module.css'
import type { PromptDraft } from './prompt-draft.ts'
import { maskPath } from './trace-mask.ts'

/** A pointer that moves further while it is down draws a box. */
const STILL_PX = 6
/** Of the picture, for one press of an arrow key. */
const KEY_STEP = 0.02
const DRAWING_WIDTH = 1_000

type At = [number, number]
type Box = NonNullable<Prompt['box']>

type PointingSurfaceProps = {
  draft: PromptDraft
  found: RouteAnswer<'segmentAsset'> | null
  isThinking: boolean
  heightShare: number
  /** A plain click says what does not belong to it. */
  takesAway: boolean
  onPoint: (at: At, inside: boolean) => void
  onBox: (box: Box) => void
}

/** Over the whole picture: takes points and boxes, and shows what they have come to. */
export function PointingSurface(props: PointingSurfaceProps) {
  const { draft, found, isThinking, heightShare, takesAway, onPoint, onBox } = props
  const surface = useRef<HTMLDivElement>(null)
  const [drag, setDrag] = useState<{ from: At; to: At; fromPx: At; isBox: boolean } | null>(null)
  const [cursor, setCursor] = useState<At | null>(null)
  useEffect(() => surface.current?.focus({ preventScroll: true }), [])

  const placeOf = (event: PointerEvent): At => {
    const box = (surface.current as HTMLDivElement).getBoundingClientRect()
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]
  }
  const press = (event: PointerEvent) => {
    if (event.button !== 0 && event.button !== 2) return
    event.preventDefault()
    surface.current?.focus({ preventScroll: true })
    surface.current?.setPointerCapture(event.pointerId)
    const at = placeOf(event)
    setCursor(null)
    setDrag({ from: at, to: at, fromPx: [event.clientX, event.clientY], isBox: false })
  }
  const move = (event: PointerEvent) => {
    if (!drag) return
    const farPx = Math.hypot(event.clientX - drag.fromPx[0], event.clientY - drag.fromPx[1])
    setDrag({ ...drag, to: placeOf(event), isBox: drag.isBox || farPx > STILL_PX })
  }
  const release = (event: PointerEvent) => {
    if (!drag) return
    setDrag(null)
    const box = drag.isBox ? boxBetween(drag.from, placeOf(event)) : null
    const isOutside = takesAway || event.altKey || event.button === 2
    if (box) onBox(box)
    else if (!drag.isBox) onPoint(drag.from, !isOutside)
  }
  const pressKey = (event: KeyboardEvent) => {
    const [dx, dy] = arrows[event.key] ?? [0, 0]
    if (dx !== 0 || dy !== 0) {
      const [x, y] = cursor ?? [0.5 - dx * KEY_STEP, 0.5 - dy * KEY_STEP]
      setCursor([within(x + dx * KEY_STEP), within(y + dy * KEY_STEP)])
    } else if (event.key === 'Enter') onPoint(cursor ?? [0.5, 0.5], !(takesAway || event.altKey))
    else return
    event.preventDefault()
    event.nativeEvent.stopImmediatePropagation()
  }

  const height = DRAWING_WIDTH * heightShare
  const path = found?.mask ? maskPath(found.mask) : ''
  const box = drag?.isBox ? boxBetween(drag.from, drag.to) : draft.box
  return (
    <div
      ref={surface}
      role="application"
      aria-label="Point at something: arrow keys move the cross, Enter says that it belongs, Alt and Enter that it does not"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes arrow keys and Enter
      tabIndex={0}
      className={styles.surface}
      data-takes-pointer=""
      data-thinking={isThinking || undefined}
      onPointerDown={press}
      onPointerMove={move}
      onPointerUp={release}
      onPointerCancel={() => setDrag(null)}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={pressKey}
    >
      <svg
        viewBox={`0 0 ${DRAWING_WIDTH} ${height}`}
        preserveAspectRatio="none"
        className={styles.drawing}
        aria-hidden="true"
      >
        {path !== '' && found?.mask && (
          <g className={styles.shape} data-lit="" data-answer="">
            <Outline path={path} size={found.mask.size} width={DRAWING_WIDTH} height={height} />
          </g>
        )}
        {box && <PromptBox box={box} width={DRAWING_WIDTH} height={height} />}
      </svg>
      {draft.points.map(({ at, inside }, index) => (
        <Pin key={index} at={at} look={inside ? 'inside' : 'outside'} />
      ))}
      {cursor && <Pin at={cursor} look="cross" />}
    </div>
  )
}

const arrows: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

function within(share: number): number {
  return Math.min(1, Math.max(0, share))
}

function PromptBox({ box: [x, y, w, h], width, height }: { box: Box; width: number; height: number }) {
  const place = { x: x * width, y: y * height, width: w * width, height: h * height }
  return (
    <g className={styles.promptBox}>
      <rect {...place} className={styles.edge} vectorEffect="non-scaling-stroke" />
      <rect {...place} className={styles.line} vectorEffect="non-scaling-stroke" />
    </g>
  )
}

function Pin({ at: [x, y], look }: { at: readonly [number, number]; look: 'inside' | 'outside' | 'cross' }) {
  return (
    <span
      className={styles.pin}
      data-look={look}
      style={{ left: `${x * 100}%`, top: `${y * 100}%` }}
      aria-hidden="true"
    />
  )
}
