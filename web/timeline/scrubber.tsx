import {
  type KeyboardEvent,
  type PointerEvent,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { formatBucket } from '../ui/format-when.ts'
import { positionAt, type ScrubStep, stepSection, trackAt, yearLabels } from './scrubber-scale.ts'
import { sectionAt } from './section-map.ts'
import styles from './timeline.module.css'
import type { TimelineModel } from './timeline-model.ts'

const HIDE_AFTER_MS = 1_500
const stepOfKey: Record<string, ScrubStep> = {
  ArrowDown: 'older',
  ArrowUp: 'newer',
  ArrowRight: 'older',
  ArrowLeft: 'newer',
  PageDown: 'year-older',
  PageUp: 'year-newer',
  Home: 'first',
  End: 'last',
}

/** Years along the right edge; drag, click or press a key to be there. */
export function Scrubber({ model }: { model: TimelineModel }) {
  const track = useRef<HTMLDivElement>(null)
  const pip = useRef<HTMLDivElement>(null)
  const bubble = useRef<HTMLDivElement>(null)
  const [trackPx, setTrackPx] = useState(0)
  const [map, setMap] = useState(model.map)
  const [isDragging, setDragging] = useState(false)
  const buckets = useMemo(() => (map ? model.buckets.map(({ bucket }) => bucket) : []), [model, map])
  const labels = useMemo(() => yearLabels(buckets, map, trackPx), [buckets, map, trackPx])
  const ticks = useMemo(() => tickPath(map.tops, trackPx), [map, trackPx])

  useLayoutEffect(() => {
    const element = track.current
    if (!element) return
    const observer = new ResizeObserver(() => setTrackPx(element.clientHeight))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  // Follows the scrolling without drawing anything again.
  useEffect(() => {
    let hideTimer: ReturnType<typeof setTimeout> | undefined
    let lastTop = -1
    const follow = () => {
      setMap(model.map)
      const element = track.current
      if (!element || !pip.current) return
      const yPx = trackAt(model.map, element.clientHeight, model.positionPx)
      pip.current.style.transform = `translateY(${yPx}px)`
      const month = model.buckets[sectionAt(model.map, model.positionPx + 1)]?.bucket
      element.setAttribute('aria-valuetext', month ? formatBucket(month) : '')
      element.setAttribute(
        'aria-valuenow',
        String(Math.round((yPx / Math.max(1, element.clientHeight)) * 100)),
      )
      if (lastTop >= 0 && lastTop !== model.positionPx) {
        element.dataset.active = ''
        clearTimeout(hideTimer)
        hideTimer = setTimeout(
          () => element.dataset.dragging === undefined && delete element.dataset.active,
          HIDE_AFTER_MS,
        )
      }
      lastTop = model.positionPx
    }
    follow()
    const stop = model.onPosition(follow)
    return () => {
      stop()
      clearTimeout(hideTimer)
    }
  }, [model])

  const showBubble = (yPx: number | null) => {
    if (!bubble.current || !track.current) return
    if (yPx === null) {
      bubble.current.dataset.hidden = ''
      return
    }
    const y = Math.min(track.current.clientHeight, Math.max(0, yPx))
    const month = model.buckets[sectionAt(model.map, positionAt(model.map, track.current.clientHeight, y))]
    delete bubble.current.dataset.hidden
    bubble.current.style.top = `${y}px`
    bubble.current.textContent = month ? formatBucket(month.bucket) : ''
  }
  const offsetOf = (event: PointerEvent) => event.clientY - (track.current?.getBoundingClientRect().top ?? 0)
  const move = (event: PointerEvent) => {
    const yPx = offsetOf(event)
    showBubble(yPx)
    if (track.current?.hasPointerCapture(event.pointerId)) {
      model.jumpToPosition(positionAt(model.map, track.current.clientHeight, yPx))
    }
  }
  const press = (event: PointerEvent) => {
    track.current?.setPointerCapture(event.pointerId)
    setDragging(true)
    move(event)
  }
  const release = (event: PointerEvent) => {
    setDragging(false)
    if (event.pointerType !== 'mouse') showBubble(null)
  }
  const pressKey = (event: KeyboardEvent) => {
    const step = stepOfKey[event.key]
    if (!step) return
    event.preventDefault()
    event.stopPropagation()
    model.jumpToSection(stepSection(buckets, model.map, model.positionPx, step))
  }

  return (
    <div
      ref={track}
      className={styles.scrubber}
      role="slider"
      tabIndex={0}
      aria-label="Date"
      aria-orientation="vertical"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={0}
      data-dragging={isDragging || undefined}
      onPointerDown={press}
      onPointerMove={move}
      onPointerUp={release}
      onPointerCancel={release}
      onPointerLeave={() => showBubble(null)}
      onKeyDown={pressKey}
    >
      <svg className={styles.ticks} aria-hidden="true">
        <path d={ticks} strokeWidth={1} />
      </svg>
      {labels.map(({ year, yPx }) => (
        <span key={year} className={styles.year} style={{ top: yPx }} aria-hidden="true">
          {year}
        </span>
      ))}
      <div ref={pip} className={styles.pip} />
      <div ref={bubble} className={styles.bubble} data-hidden="" aria-hidden="true" />
    </div>
  )
}

/** One short line per month, as a single path; left out where they would run together. */
function tickPath(tops: Float64Array, trackPx: number): string {
  const total = tops.at(-1) ?? 0
  if (total === 0) return ''
  let path = ''
  let lastPx = -4
  for (const top of tops.subarray(0, -1)) {
    const yPx = Math.round((top / total) * trackPx) + 0.5
    if (yPx - lastPx < 4) continue
    lastPx = yPx
    path += `M2 ${yPx}h4`
  }
  return path
}
