import { expect, test } from 'vitest'
import { halfVector } from '../testing/vision-actor.ts'
import { readVector } from './read-vector.ts'

function raw(numbers: number[]): string {
  return Buffer.from(new Float16Array(numbers).buffer).toString('base64')
}

test('a vector comes as Postgres reads it', () => {
  expect(readVector(halfVector([3, 0, -4]), 3)).toBe('[0.60009765625,0,-0.7998046875]')
})

test.each([
  ['one number too few', raw([1]), 'numbers'],
  ['half a number', Buffer.from([0, 0x3c, 0]).toString('base64'), 'numbers'],
  ['nothing', '', 'numbers'],
  ['what is no number', raw([Number.NaN, 0]), 'length NaN'],
  ['what has no end', raw([Number.POSITIVE_INFINITY, 0]), 'length Infinity'],
  ['zeros', raw([0, 0]), 'length 0'],
  ['what is too long', raw([2, 0]), 'length 2'],
])('%s is refused', (_what, base64, reason) => {
  expect(() => readVector(base64, 2)).toThrow(reason)
})

test('a model that makes no vectors may send none', () => {
  expect(() => readVector(halfVector([1, 0]), null)).toThrow('those of its model have none')
})
