import { expect, test } from 'vitest'
import { allFinite } from './all-finite.ts'

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  '%d is found wherever it is',
  (value) => {
    for (const at of [0, 500, 999]) {
      const values = Float32Array.from({ length: 1_000 }, (_, index) => index - 500)
      values[at] = value
      expect(allFinite(values)).toBe(false)
    }
  },
)

test('the largest numbers are numbers, and nothing holds no other', () => {
  expect(allFinite(Float32Array.of(3.4e38, -3.4e38, 3.4e38, 0, -0, 1e-45))).toBe(true)
  expect(allFinite(new Float32Array(0))).toBe(true)
})
