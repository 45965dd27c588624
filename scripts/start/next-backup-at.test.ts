import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type BackupHistory, nextBackupAt } from './next-backup-at.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const now = Date.UTC(2026, 10, 21)
const history = (changes: Partial<BackupHistory>): BackupHistory => ({
  lastDailyAt: null,
  failures: null,
  lastTriedAt: null,
  startedAt: now - 2 * DAY,
  ...changes,
})
const waitMs = (changes: Partial<BackupHistory>) => Math.max(0, nextBackupAt(history(changes), now) - now)

test.each<[string, Partial<BackupHistory>, number]>([
  ['the first one comes five minutes after the start', { startedAt: now }, 5 * MINUTE],
  ['the next one comes a day later', { lastDailyAt: now - HOUR }, 23 * HOUR],
  ['one that is overdue is made at once', { lastDailyAt: now - 3 * DAY }, 0],
  ['but not while everything starts', { lastDailyAt: now - 3 * DAY, startedAt: now }, 5 * MINUTE],
  ['after a failure comes a quarter of an hour', { failures: { lastAt: now, count: 1 } }, 15 * MINUTE],
  ['after three failures comes an hour', { failures: { lastAt: now, count: 3 } }, HOUR],
  ['after many failures come six hours', { failures: { lastAt: now, count: 99 } }, 6 * HOUR],
  ['a try that wrote nothing down is a failure', { lastTriedAt: now - MINUTE }, 14 * MINUTE],
  [
    'a failure before the last success counts nothing',
    { lastDailyAt: now - HOUR, failures: { lastAt: now - 2 * HOUR, count: 5 } },
    23 * HOUR,
  ],
  ['a backup of the future counts nothing', { lastDailyAt: now + 300 * DAY }, 0],
  ['nor does a failure of the future', { failures: { lastAt: now + 300 * DAY, count: 9 } }, 0],
])('%s', (_, changes, expected) => {
  expect(waitMs(changes)).toBe(expected)
})

test('whatever happened, the next one is at most a day away', () => {
  const time = fc.integer({ min: now - 400 * DAY, max: now + 400 * DAY })
  const some = fc.record({
    lastDailyAt: fc.option(time),
    failures: fc.option(fc.record({ lastAt: time, count: fc.integer({ min: 1, max: 1_000 }) })),
    lastTriedAt: fc.option(time),
    startedAt: fc.integer({ min: now - 400 * DAY, max: now }),
  })
  fc.assert(
    fc.property(some, (changes) => {
      expect(waitMs(changes)).toBeLessThanOrEqual(DAY)
    }),
  )
})
