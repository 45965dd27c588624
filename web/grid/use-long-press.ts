import { type PointerEvent, useMemo, useRef } from 'react'

const LONG_PRESS_MS = 450
/** A finger that moves further than this is scrolling. */
const STILL_PX = 10

/** Tells a finger that rests on something from one that taps it or scrolls. */
export function useLongPress(onPress: (target: Element) => void) {
  const latest = useRef(onPress)
  latest.current = onPress
  return useMemo(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let start = { x: 0, y: 0 }
    let hasPressed = false
    let isTouching = false
    const stop = () => {
      isTouching = false
      clearTimeout(timer)
    }
    return {
      /** True once after a long press: the click that follows it means nothing. */
      takePressed: () => {
        const had = hasPressed
        hasPressed = false
        return had
      },
      /** While a finger rests: the browser's own menu for it would be in the way. */
      isPressing: () => isTouching || hasPressed,
      handlers: {
        onPointerDown: (event: PointerEvent) => {
          stop()
          hasPressed = false
          if (event.pointerType !== 'touch') return
          isTouching = true
          start = { x: event.clientX, y: event.clientY }
          const target = event.target as Element
          timer = setTimeout(() => {
            hasPressed = true
            latest.current(target)
          }, LONG_PRESS_MS)
        },
        onPointerMove: (event: PointerEvent) => {
          if (Math.hypot(event.clientX - start.x, event.clientY - start.y) > STILL_PX) stop()
        },
        onPointerUp: stop,
        onPointerCancel: stop,
      },
    }
  }, [])
}
