import { expect, test } from 'vitest'
import { chooseMask } from './choose-mask.ts'

test.each([
  ['the only one', [0.2], true, 0],
  ['the best of three', [0.2, 0.9, 0.8], true, 1],
  ['the best of three, also when nothing is in doubt', [0.2, 0.3, 0.8], false, 2],
  ['of four for one point never the first', [0.99, 0.2, 0.3, 0.1], true, 2],
  ['of four for several points always the first', [0.1, 0.9, 0.9, 0.9], false, 0],
])('takes %s', (_, predicted, ambiguous, index) => {
  expect(chooseMask(predicted, ambiguous)).toBe(index)
})
