import { expect, test } from 'vitest'
import { type CheckMoment, isCheckDue } from './is-check-due.ts'

const nowMs = Date.parse('2026-11-21T12:00:00Z')
const hoursAgo = (hours: number) => nowMs - hours * 3_600_000
const quiet: CheckMoment = { lastCheckAt: hoursAgo(25), isDamaged: false, leased: 0, walBytes: 4_000 }

test.each<[string, Partial<CheckMoment>, boolean]>([
  ['a day after the last one, when all is quiet', {}, true],
  ['never checked yet', { lastCheckAt: null }, true],
  ['checked this morning', { lastCheckAt: hoursAgo(5) }, false],
  ['checked this morning, and damaged', { lastCheckAt: hoursAgo(5), isDamaged: true }, true],
  ['checked just now, and damaged', { lastCheckAt: hoursAgo(0.5), isDamaged: true }, false],
  ['jobs run', { leased: 1 }, false],
  ['much is written', { walBytes: 30e6 }, false],
  ['how much is written is not known yet', { walBytes: null }, false],
  ['busy for a week', { lastCheckAt: hoursAgo(200), leased: 8, walBytes: 30e6 }, true],
  ['busy, and never checked', { lastCheckAt: null, leased: 8 }, false],
  ['checked by a clock that was wrong', { lastCheckAt: hoursAgo(-50) }, true],
])('%s', (_, change, expected) => {
  expect(isCheckDue({ ...quiet, ...change }, nowMs)).toBe(expected)
})
