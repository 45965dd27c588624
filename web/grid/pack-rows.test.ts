import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packRows } from './pack-rows.ts'

const anyAspects = fc.array(fc.double({ min: 0.4, max: 4, noNaN: true }), { maxLength: 400 })
const anyOptions = fc.record({
  widthPx: fc.integer({ min: 300, max: 3_000 }),
  targetHeightPx: fc.integer({ min: 80, max: 320 }),
  gapBeforePx: fc.integer({ min: 0, max: 20 }).map((gap) => () => gap),
})

test('every picture is in exactly one row, in order', () => {
  fc.assert(
    fc.property(anyAspects, anyOptions, (aspects, options) => {
      let next = 0
      for (const { start, end } of packRows(aspects, options)) {
        expect(start).toBe(next)
        expect(end).toBeGreaterThan(start)
        next = end
      }
      expect(next).toBe(aspects.length)
    }),
  )
})

test('every row but the last fills the width exactly', () => {
  fc.assert(
    fc.property(anyAspects, anyOptions, (aspects, options) => {
      for (const { start, end, heightPx } of packRows(aspects, options).slice(0, -1)) {
        const pictures = aspects.slice(start, end).reduce((sum, aspect) => sum + aspect * heightPx, 0)
        const gaps = (end - start - 1) * options.gapBeforePx()
        // A row so full of gaps that nothing is left keeps one pixel.
        if (options.widthPx - gaps > 1) expect(pictures + gaps).toBeCloseTo(options.widthPx, 4)
      }
    }),
  )
})

test('the last row is never taller than the target', () => {
  fc.assert(
    fc.property(anyAspects, anyOptions, (aspects, options) => {
      const last = packRows(aspects, options).at(-1)
      if (last) expect(last.heightPx).toBeLessThanOrEqual(options.targetHeightPx)
    }),
  )
})

test('a lone picture keeps the target height instead of filling the screen', () => {
  const rows = packRows([1.5], { widthPx: 1_200, targetHeightPx: 200, gapBeforePx: () => 4 })
  expect(rows).toEqual([{ start: 0, end: 1, heightPx: 200 }])
})

test('a panorama wider than the screen is made to fit', () => {
  const rows = packRows([4], { widthPx: 360, targetHeightPx: 120, gapBeforePx: () => 4 })
  expect(rows).toEqual([{ start: 0, end: 1, heightPx: 90 }])
})

test('a row breaks where it comes closest to the target', () => {
  // Three squares would be 300 px tall, four 225 px.
  const rows = packRows([1, 1, 1, 1, 1, 1, 1, 1], { widthPx: 900, targetHeightPx: 240, gapBeforePx: () => 0 })
  expect(rows.map(({ heightPx }) => heightPx)).toEqual([225, 225])
})

test('a hundred thousand pictures are packed in one pass', () => {
  const aspects = Float64Array.from({ length: 100_000 }, (_, at) => 0.6 + (at % 7) / 5)
  const startMs = performance.now()
  const rows = packRows(aspects, { widthPx: 1_400, targetHeightPx: 208, gapBeforePx: () => 4 })
  expect(rows.at(-1)?.end).toBe(100_000)
  expect(performance.now() - startMs).toBeLessThan(500)
})
