import { type RefObject, useLayoutEffect, useState } from 'react'

export type ScrollWindow = {
  /** Of the canvas. */
  widthPx: number
  viewportPx: number
  /** Where the screen begins, in steps of half of it: what is drawn changes that seldom. */
  topPx: number
}

/** Which part of a scrolling element is on screen. */
export function useScrollWindow(
  scroller: RefObject<HTMLElement | null>,
  canvas: RefObject<HTMLElement | null>,
): ScrollWindow {
  const [shown, setShown] = useState<ScrollWindow>({ widthPx: 0, viewportPx: 0, topPx: 0 })
  useLayoutEffect(() => {
    const element = scroller.current
    const inner = canvas.current
    if (!element || !inner) return
    const measure = () => {
      const viewportPx = element.clientHeight
      const stepPx = Math.max(1, viewportPx / 2)
      const topPx = Math.floor(element.scrollTop / stepPx) * stepPx
      const widthPx = inner.clientWidth
      setShown((before) =>
        before.widthPx === widthPx && before.viewportPx === viewportPx && before.topPx === topPx
          ? before
          : { widthPx, viewportPx, topPx },
      )
    }
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    observer.observe(inner)
    element.addEventListener('scroll', measure, { passive: true })
    measure()
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', measure)
    }
  }, [scroller, canvas])
  return shown
}
