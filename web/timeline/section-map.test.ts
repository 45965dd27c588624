import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mapSections, rowsBetween, sectionAt, sectionsBetween, totalHeight } from './section-map.ts'

test('a position lies in the section whose edges enclose it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 200 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (heights, share) => {
        const map = mapSections(heights)
        const y = share * totalHeight(map)
        const at = sectionAt(map, y)
        expect(map.tops[at]).toBeLessThanOrEqual(y)
        expect(map.tops[at + 1]).toBeGreaterThan(y)
      },
    ),
  )
})

test('outside positions belong to the first and last section', () => {
  const map = mapSections([10, 20, 30])
  expect(sectionAt(map, -5)).toBe(0)
  expect(sectionAt(map, 500)).toBe(2)
  expect(sectionAt(mapSections([]), 0)).toBe(-1)
})

test('an empty timeline has no sections between anything', () => {
  const { first, last } = sectionsBetween(mapSections([]), 0, 1_000)
  expect(last).toBeLessThan(first)
})

test('exactly the rows that touch the screen are drawn', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 80 }),
      fc.integer({ min: -500, max: 20_000 }),
      fc.integer({ min: 1, max: 2_000 }),
      (heights, fromPx, spanPx) => {
        let topPx = 0
        const rows = heights.map((heightPx) => {
          const row = { topPx, heightPx }
          topPx += heightPx + 4
          return row
        })
        const { first, end } = rowsBetween(rows, fromPx, fromPx + spanPx)
        const touching = rows.filter(
          (row) => row.topPx <= fromPx + spanPx && row.topPx + row.heightPx >= fromPx,
        )
        expect(rows.slice(first, end)).toEqual(touching)
      },
    ),
  )
})
