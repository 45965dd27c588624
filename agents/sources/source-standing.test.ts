import { expect, test } from 'vitest'
import { AppError } from '../../protocol/errors.ts'
import { afterFailure, isDue, reportOf, type Standing } from './source-standing.ts'

const MINUTE_MS = 60_000
const lost = new AppError('unavailable', 'gone')
const proved: Standing = { state: 'proved', measured: { megabytesPerSecond: 9, firstByteMs: 1 }, atMs: 0 }

/** The pauses after failures in a row, in ms. */
function pauses(error: unknown, count: number): number[] {
  let standing: Standing = { state: 'untried' }
  return Array.from({ length: count }, () => {
    standing = afterFailure(standing, error, 1_000, 0.5)
    return standing.state === 'failed' ? standing.retryAtMs - 1_000 : 0
  })
}

test('a source that failed is tried again after pauses that grow to an hour', () => {
  const minutes = pauses(lost, 9).map((ms) => ms / MINUTE_MS)
  expect(minutes).toEqual([0.5, 1, 2, 4, 8, 16, 32, 60, 60])
})

test('a wrong password is tried seldom, so that no server locks the account', () => {
  const wrong = new AppError('unauthenticated', 'wrong password')
  expect(pauses(wrong, 3).map((ms) => ms / MINUTE_MS)).toEqual([15, 30, 60])
})

test('pauses are spread', () => {
  const untried: Standing = { state: 'untried' }
  const spread = [0, 0.999].map((random) => afterFailure(untried, lost, 0, random))
  expect(spread).toMatchObject([{ retryAtMs: 22_500 }, { retryAtMs: expect.closeTo(37_500, -2) }])
})

test('one success ends the count', () => {
  expect(afterFailure(proved, lost, 0, 0.5)).toMatchObject({ failures: 1, retryAtMs: 30_000 })
})

test('what is untried is due, what failed is when its time has come, what is proved is not', () => {
  const failed = afterFailure(proved, lost, 0, 0.5)
  expect(isDue({ state: 'untried' }, 0)).toBe(true)
  expect([isDue(failed, 29_999), isDue(failed, 30_000)]).toEqual([false, true])
  expect(isDue(proved, Number.MAX_SAFE_INTEGER)).toBe(false)
})

test('a report has the reason of a failure or the numbers of a proof', () => {
  expect(reportOf(proved)).toEqual({ state: 'proved', reason: null, megabytesPerSecond: 9, firstByteMs: 1 })
  const unmeasured = { megabytesPerSecond: null, firstByteMs: null }
  expect(reportOf(afterFailure(proved, lost, 0, 0.5))).toEqual({
    state: 'failed',
    reason: 'gone',
    ...unmeasured,
  })
  expect(reportOf({ state: 'untried' })).toEqual({ state: 'untried', reason: null, ...unmeasured })
})
