import { expect, test } from 'vitest'
import { editDistance } from './edit-distance.ts'

test.each([
  ['tabby', 'tabby', 0],
  ['tabby', 'taby', 1],
  ['taby', 'tabby', 1],
  ['tabby', 'tubby', 1],
  ['tabby', 'tbaby', 1],
  ['kitten', 'sitting', 3],
  ['', 'abc', 3],
  ['🐶🐱', '🐶🐭', 1],
])('%s is %s after %i changes', (one, other, distance) => {
  expect(editDistance(one, other, 3)).toBe(distance)
  expect(editDistance(other, one, 3)).toBe(distance)
})

test('beyond the limit it says so and looks no further', () => {
  expect(editDistance('tench', 'accordion', 2)).toBe(3)
  expect(editDistance('a'.repeat(5_000), 'b'.repeat(5_000), 2)).toBe(3)
})
