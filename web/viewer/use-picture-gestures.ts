import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { fitInto, fitted, keepInside, maxScale, panBy, type Size, type Zoom, zoomAt } from './zoom.ts'

/** A swipe this long, in pixels, leads to the neighbour or, downwards, back to the photos. */
const SWIPE_PX = 64
const DOUBLE_TAP_MS = 300

type Drag = { x: number; y: number; isActive: boolean }
const noDrag: Drag = { x: 0, y: 0, isActive: false }

type GestureOptions = {
  picture: Size
  onOlder: (() => void) | undefined
  onNewer: (() => void) | undefined
  onClose: () => void
}

type PictureGestures = {
  stageRef: RefObject<HTMLDivElement | null>
  stage: Size
  fit: Size
  zoom: Zoom
  drag: Drag
  zoomBy: (factor: number) => void
  /** Between all of the picture and each of its pixels. */
  toggle: () => void
  reset: () => void
}

/** Wheel, pinch, double click, drag and swipe, turned into a zoom or into a step to a neighbour. */
export function usePictureGestures(options: GestureOptions): PictureGestures {
  const stageRef = useRef<HTMLDivElement>(null)
  const [stage, setStage] = useState<Size>({ widthPx: 0, heightPx: 0 })
  const [zoom, setZoom] = useState<Zoom>(fitted)
  const [drag, setDrag] = useState<Drag>(noDrag)
  const { widthPx, heightPx } = options.picture
  const fit = useMemo(() => fitInto({ widthPx, heightPx }, stage), [widthPx, heightPx, stage])
  const max = maxScale({ widthPx, heightPx }, fit)
  const latest = useRef({ options, fit, stage, max, zoom })
  latest.current = { options, fit, stage, max, zoom }

  const change = useCallback((next: (zoom: Zoom) => Zoom) => {
    setZoom((before) => keepInside(next(before), latest.current.fit, latest.current.stage))
  }, [])
  const zoomBy = useCallback(
    (factor: number) => change((before) => zoomAt(before, factor, { x: 0, y: 0 }, latest.current.max)),
    [change],
  )
  const reset = useCallback(() => setZoom(fitted), [])
  const toggleAt = useCallback(
    (at: { x: number; y: number }) => {
      const { zoom: now, max: most, options: facts, fit: size } = latest.current
      const full = Math.min(most, Math.max(2, facts.picture.widthPx / Math.max(1, size.widthPx)))
      if (now.scale > 1.01) setZoom(fitted)
      else change((before) => zoomAt(before, full, at, most))
    },
    [change],
  )
  const toggle = useCallback(() => toggleAt({ x: 0, y: 0 }), [toggleAt])

  useLayoutEffect(() => {
    const element = stageRef.current
    if (!element) return
    const measure = () => setStage({ widthPx: element.clientWidth, heightPx: element.clientHeight })
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    measure()
    return () => observer.disconnect()
  }, [])

  useEffect(() => {
    const element = stageRef.current
    if (!element) return
    const listening = new AbortController()
    const { signal } = listening
    const pointers = new Map<number, { x: number; y: number }>()
    let start = { x: 0, y: 0 }
    let lastTap = { atMs: 0, x: 0, y: 0 }
    let wasPinch = false

    const fromMiddle = (event: { clientX: number; clientY: number }) => {
      const box = element.getBoundingClientRect()
      return { x: event.clientX - box.left - box.width / 2, y: event.clientY - box.top - box.height / 2 }
    }
    const isControl = (event: Event) =>
      (event.target as Element).closest('button, a, [data-takes-pointer]') !== null

    element.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault()
        // A trackpad's pinch arrives as a wheel with ctrlKey and small steps.
        const factor = Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0018))
        change((before) => zoomAt(before, factor, fromMiddle(event), latest.current.max))
      },
      { signal, passive: false },
    )
    element.addEventListener('dblclick', (event) => !isControl(event) && toggleAt(fromMiddle(event)), {
      signal,
    })
    element.addEventListener(
      'pointerdown',
      (event) => {
        if (isControl(event) || event.button !== 0) return
        element.setPointerCapture(event.pointerId)
        pointers.set(event.pointerId, fromMiddle(event))
        if (pointers.size === 1) {
          start = fromMiddle(event)
          wasPinch = false
        } else wasPinch = true
      },
      { signal },
    )
    element.addEventListener(
      'pointermove',
      (event) => {
        const before = pointers.get(event.pointerId)
        if (!before) return
        const now = fromMiddle(event)
        const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1]
        pointers.set(event.pointerId, now)
        if (other) {
          const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 }
          const factor = distance(now, other) / Math.max(1, distance(before, other))
          change((last) =>
            panBy(
              zoomAt(last, factor, middle, latest.current.max),
              (now.x - before.x) / 2,
              (now.y - before.y) / 2,
            ),
          )
        } else if (latest.current.zoom.scale > 1.01) {
          change((last) => panBy(last, now.x - before.x, now.y - before.y))
        } else if (event.pointerType !== 'mouse' && !wasPinch) {
          const x = now.x - start.x
          const y = now.y - start.y
          setDrag(
            Math.abs(x) > Math.abs(y)
              ? { x, y: 0, isActive: true }
              : { x: 0, y: Math.max(0, y), isActive: true },
          )
        }
      },
      { signal },
    )
    const release = (event: PointerEvent) => {
      if (!pointers.delete(event.pointerId) || pointers.size > 0) return
      setDrag(noDrag)
      if (event.type === 'pointercancel' || event.pointerType === 'mouse' || wasPinch) return
      const at = fromMiddle(event)
      const { options: to, zoom: now } = latest.current
      const dx = at.x - start.x
      const dy = at.y - start.y
      if (Math.hypot(dx, dy) < 10) {
        const isDouble = event.timeStamp - lastTap.atMs < DOUBLE_TAP_MS && distance(at, lastTap) < 32
        lastTap = isDouble ? { atMs: 0, ...at } : { atMs: event.timeStamp, ...at }
        if (isDouble) toggleAt(at)
      } else if (now.scale > 1.01) return
      else if (Math.abs(dx) > Math.abs(dy) && dx < -SWIPE_PX) to.onOlder?.()
      else if (Math.abs(dx) > Math.abs(dy) && dx > SWIPE_PX) to.onNewer?.()
      else if (dy > SWIPE_PX * 1.5 && dy > Math.abs(dx)) to.onClose()
    }
    element.addEventListener('pointerup', release, { signal })
    element.addEventListener('pointercancel', release, { signal })
    return () => listening.abort()
  }, [change, toggleAt])

  return { stageRef, stage, fit, zoom, drag, zoomBy, toggle, reset }
}

function distance(a: { x: number; y: number }, b: { x: number; y: number }): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}
