import { expect, test } from 'vitest'
import { chooseCounts, type Round } from './choose-counts.ts'

const usual = { sessions: 4, threads: 1 }
const wide = { sessions: 1, threads: 4 }
const middle = { sessions: 2, threads: 2 }

/** One model each; pictures per second of the usual way, of one session and of two. */
function round(...rates: [number, number, number]): Round {
  return [usual, wide, middle].map((counts, at) => ({ counts, picturesPerSecond: [rates[at]!] }))
}

test('the way that does most in every round is taken', () => {
  expect(chooseCounts([round(20, 26, 31), round(10, 12, 14), round(20, 23, 30)])).toEqual(middle)
})

test('the usual way stays where another is better by less than a tenth', () => {
  expect(chooseCounts([round(20, 21.5, 20), round(20, 21.8, 20)])).toEqual(usual)
})

test('the usual way stays where another was better in one round and not in the next', () => {
  expect(chooseCounts([round(10, 40, 10), round(20, 20, 20), round(20, 24, 20)])).toEqual(usual)
})

test('what takes the most time counts the most', () => {
  const rounds: Round[] = [
    [
      { counts: usual, picturesPerSecond: [500, 2] },
      { counts: wide, picturesPerSecond: [100, 3] },
    ],
  ]
  expect(chooseCounts(rounds)).toEqual(wide)
})

test('without a round there is nothing to choose from', () => {
  expect(chooseCounts([])).toBeUndefined()
})
