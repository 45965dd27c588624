import fc from 'fast-check'
import { expect, test } from 'vitest'
import { placePicture, toFractions, toInputPx, toRegionBox } from './placement.ts'

const square = (sidePx: number) => ({ widthPx: sidePx, heightPx: sidePx })

test.each([
  // As the letterbox of Ultralytics places them.
  ['a tall picture', { widthPx: 810, heightPx: 1080 }, 'centre', [80, 0, 480, 640]],
  ['a wide picture', { widthPx: 1280, heightPx: 720 }, 'centre', [0, 140, 640, 360]],
  ['a small picture', { widthPx: 100, heightPx: 50 }, 'centre', [0, 160, 640, 320]],
  ['an odd margin', { widthPx: 640, heightPx: 427 }, 'centre', [0, 106, 640, 427]],
  ['one pixel', { widthPx: 1, heightPx: 1 }, 'centre', [0, 0, 640, 640]],
  ['a line', { widthPx: 1, heightPx: 10_000 }, 'centre', [319, 0, 1, 640]],
  ['a tall picture', { widthPx: 810, heightPx: 1080 }, 'corner', [0, 0, 480, 640]],
  ['a line', { widthPx: 10_000, heightPx: 1 }, 'corner', [0, 0, 640, 1]],
  ['a tall picture', { widthPx: 810, heightPx: 1080 }, 'stretch', [0, 0, 640, 640]],
] as const)('%s of %o, %s, lies where the reference puts it', (_, picture, fit, expected) => {
  const { leftPx, topPx, widthPx, heightPx } = placePicture(picture, square(640), fit)
  expect([leftPx, topPx, widthPx, heightPx]).toEqual(expected)
})

const side = fc.integer({ min: 1, max: 10_000 })
const fraction = fc.double({ min: 0, max: 1, noNaN: true })
const placement = fc
  .record({
    picture: fc.record({ widthPx: side, heightPx: side }),
    input: fc.record({
      widthPx: fc.integer({ min: 16, max: 1_280 }),
      heightPx: fc.integer({ min: 16, max: 1_280 }),
    }),
    fit: fc.constantFrom('stretch', 'centre', 'corner'),
  })
  .map(({ picture, input, fit }) => ({ input, placed: placePicture(picture, input, fit) }))

test('every picture lies inside the input and touches two of its edges', () => {
  fc.assert(
    fc.property(placement, ({ input, placed }) => {
      expect(Math.min(placed.leftPx, placed.topPx)).toBe(0)
      expect(placed.leftPx + placed.widthPx).toBeLessThanOrEqual(input.widthPx)
      expect(placed.topPx + placed.heightPx).toBeLessThanOrEqual(input.heightPx)
      expect(placed.widthPx === input.widthPx || placed.heightPx === input.heightPx).toBe(true)
    }),
  )
})

test('a point of the picture comes back from the input as it was', () => {
  fc.assert(
    fc.property(placement, fraction, fraction, ({ placed }, x, y) => {
      const [backX, backY] = toFractions(placed, ...toInputPx(placed, x, y))
      expect(backX).toBeCloseTo(x, 6)
      expect(backY).toBeCloseTo(y, 6)
    }),
  )
})

test('a box is cut off at the edges of the picture, or is none', () => {
  const corner = fc.double({ min: -2_000, max: 4_000 })
  fc.assert(
    fc.property(placement, fc.tuple(corner, corner, corner, corner), ({ placed }, corners) => {
      const box = toRegionBox(placed, ...corners)
      if (!box) return
      const [x, y, width, height] = box
      expect(Math.min(x, y)).toBeGreaterThanOrEqual(0)
      expect(Math.min(width, height)).toBeGreaterThan(0)
      expect(Math.max(x + width, y + height)).toBeLessThanOrEqual(1.000001)
    }),
  )
})

test.each([
  ['lies in the margin', [0, 0, 79, 640]],
  ['has no width', [100, 100, 100, 200]],
  ['stands on its head', [100, 200, 200, 100]],
  ['has a corner that is no number', [100, 100, Number.NaN, 200]],
] as const)('a box that %s is none', (_, [x1, y1, x2, y2]) => {
  const placed = placePicture({ widthPx: 810, heightPx: 1080 }, square(640), 'centre')
  expect(toRegionBox(placed, x1, y1, x2, y2)).toBeNull()
})

test('a box without end is the whole picture', () => {
  const placed = placePicture({ widthPx: 810, heightPx: 1080 }, square(640), 'centre')
  const { POSITIVE_INFINITY: endless } = Number
  expect(toRegionBox(placed, -endless, -endless, endless, endless)).toEqual([0, 0, 1, 1])
})
