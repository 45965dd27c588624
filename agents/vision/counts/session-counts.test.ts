import { expect, test } from 'vitest'
import { possibleCounts, threadsFor, urgentThreads, usualCounts } from './session-counts.ts'

test.each([
  [1, 1, 1, 1],
  [2, 2, 1, 2],
  [4, 4, 1, 4],
  [8, 4, 2, 4],
  [24, 4, 6, 4],
])(
  'on %i cores there are usually %i sessions of %i threads, and one of %i for clicks',
  (cores, sessions, threads, urgent) => {
    expect(usualCounts('cpu', cores)).toEqual({ sessions, threads })
    expect(urgentThreads('cpu', cores)).toBe(urgent)
  },
)

test.each([
  [1, ['1 × 1']],
  [2, ['2 × 1', '1 × 2']],
  [4, ['4 × 1', '1 × 4', '2 × 2']],
  [6, ['4 × 1', '1 × 6', '2 × 3', '3 × 2']],
  [8, ['4 × 2', '1 × 8', '2 × 4']],
])('on %i cores the ways to share them out are %s, the usual one first', (cores, ways) => {
  expect(possibleCounts('cpu', cores).map(({ sessions, threads }) => `${sessions} × ${threads}`)).toEqual(
    ways,
  )
})

test('a GPU is driven by two, and a click waits for its turn there', () => {
  expect(possibleCounts('cuda', 16)).toEqual([{ sessions: 2, threads: 1 }])
  expect(urgentThreads('cuda', 16)).toBeNull()
})

test.each([
  ['a small model', 4e6, 4],
  ['one of 340 MB', 340e6, 3],
  ['one of 1.2 GB', 1.2e9, 1],
  ['one of 8 GB', 8e9, 1],
])(
  'with 4 GiB of memory and four threads %s is held by as many as there is room for',
  (_, sizeBytes, held) => {
    expect(threadsFor(sizeBytes, 4 * 1024 ** 3, 4)).toBe(held)
  },
)
