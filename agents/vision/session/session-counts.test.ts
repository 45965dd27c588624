import { expect, test } from 'vitest'
import { sessionCounts } from './session-counts.ts'

test.each([
  [1, 1, 1],
  [2, 2, 1],
  [4, 4, 1],
  [8, 4, 2],
  [24, 4, 6],
])('on %i cores there are %i sessions of %i threads', (cores, sessions, threads) => {
  expect(sessionCounts('cpu', cores)).toEqual({ sessions, threads })
})

test('a GPU is driven by two', () => {
  expect(sessionCounts('cuda', 16)).toEqual({ sessions: 2, threads: 1 })
})
