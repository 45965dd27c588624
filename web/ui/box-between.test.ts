import { expect, test } from 'vitest'
import { boxBetween } from './box-between.ts'

test.each([
  [
    [0.8, 0.9],
    [0.25, 0.5],
    [0.25, 0.5, 0.55, 0.4],
  ],
  [
    [-0.5, 0.5],
    [0.5, 2],
    [0, 0.5, 0.5, 0.5],
  ],
  [[0.5, 0.5], [0.5, 0.9], null],
  [[1.2, 0.1], [1.5, 0.9], null],
] as const)('from %o to %o the box is %o', (a, b, box) => {
  const found = boxBetween(a, b)
  expect(found?.map((share) => Math.round(share * 1e6) / 1e6) ?? null).toEqual(box)
})
