import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fitInto, fitted, keepInside, maxScale, needsOriginal, zoomAt } from './zoom.ts'

const stage = { widthPx: 1_440, heightPx: 900 }
const picture = { widthPx: 6_000, heightPx: 4_000 }
const fit = fitInto(picture, stage)

test('a large picture fits, a small one is not blown up beyond twice its size', () => {
  expect(fit).toEqual({ widthPx: 1_350, heightPx: 900 })
  expect(fitInto({ widthPx: 100, heightPx: 50 }, stage)).toEqual({ widthPx: 200, heightPx: 100 })
})

test('zooming keeps the point under the pointer', () => {
  const anyPoint = fc.record({
    x: fc.integer({ min: -720, max: 720 }),
    y: fc.integer({ min: -450, max: 450 }),
  })
  fc.assert(
    fc.property(anyPoint, fc.double({ min: 0.3, max: 4, noNaN: true }), (at, factor) => {
      const start = { scale: 2, x: 30, y: -40 }
      const zoomed = zoomAt(start, factor, at, 8)
      const inPicture = (zoom: typeof start) => ({
        x: (at.x - zoom.x) / zoom.scale,
        y: (at.y - zoom.y) / zoom.scale,
      })
      expect(inPicture(zoomed).x).toBeCloseTo(inPicture(start).x, 6)
      expect(inPicture(zoomed).y).toBeCloseTo(inPicture(start).y, 6)
    }),
  )
})

test('zoom ends at the fitted size and at twice the pixels', () => {
  expect(zoomAt(fitted, 0.1, { x: 0, y: 0 }, 8).scale).toBe(1)
  expect(zoomAt(fitted, 1_000, { x: 0, y: 0 }, maxScale(picture, fit)).scale).toBeCloseTo(8.89, 2)
})

test('no edge is dragged into the stage, and what fits stays in the middle', () => {
  expect(keepInside({ scale: 1, x: 500, y: 300 }, fit, stage)).toEqual({ scale: 1, x: 0, y: 0 })
  expect(keepInside({ scale: 2, x: 5_000, y: -5_000 }, fit, stage)).toEqual({ scale: 2, x: 630, y: -450 })
})

test('the original is asked for only when the preview has too few pixels', () => {
  expect(needsOriginal(fitted, fit, 1_440, 2)).toBe(false)
  expect(needsOriginal({ scale: 1.5, x: 0, y: 0 }, fit, 1_440, 1)).toBe(true)
})
