import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  canvasHeight,
  isOutOfCanvas,
  MAX_CANVAS_PX,
  moveTo,
  shiftBy,
  shouldRecentre,
  virtualTop,
} from './scroll-space.ts'

const viewportPx = 900
const spaceOf = (totalPx: number) => ({ totalPx, viewportPx, basePx: 0, scrollTop: 0 })
const anyTotal = fc.integer({ min: 0, max: 60_000_000 })

test('moving shows the asked position, or the nearest that there is', () => {
  fc.assert(
    fc.property(anyTotal, fc.integer({ min: -1_000, max: 70_000_000 }), (totalPx, topPx) => {
      const moved = moveTo(spaceOf(totalPx), topPx)
      expect(virtualTop(moved)).toBe(Math.min(Math.max(0, topPx), Math.max(0, totalPx - viewportPx)))
    }),
  )
})

test('what was moved to lies inside a canvas that browsers can draw', () => {
  fc.assert(
    fc.property(anyTotal, fc.integer({ min: 0, max: 60_000_000 }), (totalPx, topPx) => {
      const moved = moveTo(spaceOf(totalPx), topPx)
      expect(canvasHeight(moved)).toBeLessThanOrEqual(MAX_CANVAS_PX)
      expect(moved.scrollTop).toBeGreaterThanOrEqual(0)
      expect(moved.scrollTop + viewportPx).toBeLessThanOrEqual(canvasHeight(moved))
      expect(isOutOfCanvas(moved)).toBe(false)
      expect(shouldRecentre(moved)).toBe(false)
    }),
  )
})

test('a new height above the screen moves nothing and writes no scroll position', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 10_000, max: 50_000_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: -4_000, max: 4_000 }),
      (totalPx, share, deltaPx) => {
        const before = moveTo(spaceOf(totalPx), Math.round(totalPx * share))
        const anchorPx = virtualTop(before)
        const after = shiftBy(before, totalPx + deltaPx, anchorPx, anchorPx + deltaPx)
        expect(after.scrollTop).toBe(before.scrollTop)
        expect(virtualTop(after) - (anchorPx + deltaPx)).toBe(0)
      },
    ),
  )
})

test('a view that ran into the end of the canvas is moved although the timeline goes on', () => {
  const moved = moveTo(spaceOf(45_000_000), 20_000_000)
  expect(isOutOfCanvas({ ...moved, scrollTop: canvasHeight(moved) - viewportPx })).toBe(true)
  expect(isOutOfCanvas({ ...moved, scrollTop: 0 })).toBe(true)
})

test('the two real ends are not out of the canvas', () => {
  expect(isOutOfCanvas(moveTo(spaceOf(45_000_000), 0))).toBe(false)
  expect(isOutOfCanvas(moveTo(spaceOf(45_000_000), 45_000_000))).toBe(false)
})
