import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Candidate } from './candidate.ts'
import { boxOverlap, suppressOverlaps } from './suppress-overlaps.ts'

const candidate = fc
  .record({
    x: fc.integer({ min: 0, max: 60 }),
    y: fc.integer({ min: 0, max: 60 }),
    w: fc.integer({ min: 1, max: 40 }),
    h: fc.integer({ min: 1, max: 40 }),
    score: fc.integer({ min: 1, max: 20 }).map((value) => value / 20),
    classId: fc.integer({ min: 0, max: 2 }),
  })
  .map(
    ({ x, y, w, h, score, classId }): Omit<Candidate, 'row'> => ({
      x1: x,
      y1: y,
      x2: x + w,
      y2: y + h,
      score,
      classId,
    }),
  )
const candidates = fc
  .array(candidate, { maxLength: 40 })
  .map((all) => all.map((one, row): Candidate => ({ ...one, row })))

/** The share of pixels: slow, and plain to see that it is right. */
function countOverlap(one: Candidate, other: Candidate): number {
  let [shared, together] = [0, 0]
  for (let x = 0; x < 100; x += 1) {
    for (let y = 0; y < 100; y += 1) {
      const [isIn, isInOther] = [one, other].map(
        ({ x1, y1, x2, y2 }) => x >= x1 && x < x2 && y >= y1 && y < y2,
      )
      if (isIn && isInOther) shared += 1
      if (isIn || isInOther) together += 1
    }
  }
  return shared / together
}

test('the overlap of two boxes is what they share of what they cover', () => {
  fc.assert(
    fc.property(candidate, candidate, (one, other) => {
      expect(boxOverlap(one, other)).toBeCloseTo(countOverlap({ ...one, row: 0 }, { ...other, row: 1 }), 9)
    }),
    { numRuns: 30 },
  )
})

test('what is kept overlaps with nothing better of its class, and what is left out does', () => {
  fc.assert(
    fc.property(candidates, fc.double({ min: 0, max: 1, noNaN: true }), (all, maxOverlap) => {
      const kept = suppressOverlaps(all, maxOverlap, 300)
      const isCovered = (one: Candidate) =>
        kept.some(
          (other) =>
            other !== one &&
            other.classId === one.classId &&
            (other.score > one.score || (other.score === one.score && other.row < one.row)) &&
            boxOverlap(one, other) > maxOverlap,
        )
      for (const one of all) expect(kept.includes(one)).toBe(!isCovered(one))
    }),
  )
})

test('the best come first, equals in the order in which they came, and no more than asked for', () => {
  fc.assert(
    fc.property(candidates, fc.integer({ min: 0, max: 10 }), (all, limit) => {
      const kept = suppressOverlaps(all, 1, limit)
      const sorted = all.toSorted((one, other) => other.score - one.score || one.row - other.row)
      expect(kept).toEqual(sorted.slice(0, limit))
    }),
  )
})

test('a model that finds something at every place is read to its limit', () => {
  const all = Array.from({ length: 100_000 }, (_, row): Candidate => {
    const [x1, y1] = [row % 317, Math.floor(row / 317)]
    return { x1, y1, x2: x1 + 0.5, y2: y1 + 0.5, score: 1 - row / 200_000, classId: 0, row }
  })
  expect(suppressOverlaps(all, 0.45, 300).map(({ row }) => row)).toEqual(
    Array.from({ length: 300 }, (_, i) => i),
  )
})
