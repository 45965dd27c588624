import { expect, test } from 'vitest'
import { normaliseWords } from './query-vector.ts'

test.each([
  ['  A   Dog \n on the Beach ', 'a dog on the beach'],
  ['Cafe\u0301', 'café'],
  ['a\0b\ud800', 'ab\ufffd'],
])('%j is asked as %j', (typed, asked) => {
  expect(normaliseWords(typed)).toBe(asked)
})
