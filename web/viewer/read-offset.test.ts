import { expect, test } from 'vitest'
import { offsetText, readOffset } from './read-offset.ts'

test.each([
  ['+02:00', 120],
  ['−3:30', -210],
  ['+5', 300],
  ['+0545', 345],
  ['Z', 0],
  ['', null],
  ['02:00', undefined],
  ['+19:00', undefined],
  ['+02:75', undefined],
])('%j is %s', (text, minutes) => {
  expect(readOffset(text)).toBe(minutes)
})

test.each([-1_080, -210, 0, 345, 1_080])('%s minutes are read as what is shown', (minutes) => {
  expect(readOffset(offsetText(minutes))).toBe(minutes)
})
