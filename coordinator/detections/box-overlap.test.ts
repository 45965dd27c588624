import { expect, test } from 'vitest'
import { boxOverlap } from './box-overlap.ts'

test.each([
  ['the same box', [0, 0, 0.5, 0.5], [0, 0, 0.5, 0.5], 1],
  ['half of it', [0, 0, 0.5, 0.5], [0, 0, 0.5, 0.25], 0.5],
  ['a shift by half', [0, 0, 0.4, 0.4], [0.2, 0, 0.4, 0.4], 1 / 3],
  ['boxes that touch', [0, 0, 0.5, 0.5], [0.5, 0, 0.5, 0.5], 0],
  ['boxes apart', [0, 0, 0.1, 0.1], [0.5, 0.5, 0.1, 0.1], 0],
] as const)('%s', (_case, a, b, overlap) => {
  expect(boxOverlap(a, b)).toBeCloseTo(overlap, 10)
  expect(boxOverlap(b, a)).toBeCloseTo(overlap, 10)
})
