import { expect, test } from 'vitest'
import { mayWake, type WakeNeed } from './may-wake.ts'
import { ago, makeSleeper, NOW } from './testing/make-sleeper.ts'

const MINUTE_MS = 60_000
const need: WakeNeed = { jobs: 5, oldestAt: ago(MINUTE_MS) }
/** A quiet hour that `NOW` is in, whatever the zone of this process. */
const now = `${String(NOW.getHours()).padStart(2, '0')}:00`
const later = `${String((NOW.getHours() + 1) % 24).padStart(2, '0')}:00`

test.each([
  ['a machine that went to sleep', {}, null],
  ['one that is paused', { isPaused: true }, /paused/],
  ['one that is never to be woken', { policy: { wake: 'never' as const } }, /turned off/],
  ['one that went without a word', { asleepSince: null }, /without a word/],
  ['the same, if the policy says so', { asleepSince: null, policy: { wake: 'gone' as const } }, null],
  ['one whose card nobody knows', { facts: null }, /network card/],
  [
    'one whose card a person has entered',
    { facts: null, policy: { macAddresses: ['00:11:22:aa:bb:cc'] } },
    null,
  ],
  ['one for which too little waits', { policy: { threshold: 6 } }, /5 of 6 jobs/],
  ['the same, when it has waited long enough', { policy: { threshold: 6, patienceMinutes: 1 } }, null],
  [
    'the same, when nothing ever waits too long',
    { policy: { threshold: 6, patienceMinutes: null } },
    /5 of 6/,
  ],
  [
    'one whose owner lets it rest',
    { notBefore: new Date(NOW.getTime() + MINUTE_MS) },
    /Its own schedule .* 12:01 UTC/,
  ],
  ['one in its quiet hours', { policy: { quietHours: [{ from: now, to: later }] } }, /Quiet hours until/],
  [
    'one that is tired of it',
    { failedWakes: 3, lastWakeEndedAt: ago(1e9) },
    /did not answer 3 times in a row/,
  ],
  [
    'one that has just gone to sleep',
    { asleepSince: ago(4 * MINUTE_MS) },
    /rests until 2026-01-07 12:01 UTC/,
  ],
  [
    'one that slept before the wake in vain',
    { failedWakes: 1, lastWakeEndedAt: ago(4 * MINUTE_MS) },
    /rests until/,
  ],
  ['the same a little later', { failedWakes: 1, lastWakeEndedAt: ago(5 * MINUTE_MS) }, null],
  [
    'after two wakes in vain twice as long',
    { failedWakes: 2, lastWakeEndedAt: ago(9 * MINUTE_MS) },
    /rests until/,
  ],
  ['and no longer', { failedWakes: 2, lastWakeEndedAt: ago(10 * MINUTE_MS) }, null],
])('%s', (_what, changes, expected) => {
  const judged = mayWake(makeSleeper(changes), need, NOW)
  if (expected === null) expect(judged).toEqual({ may: true })
  else expect(judged).toEqual({ may: false, why: expect.stringMatching(expected) })
})

test('nobody is woken for nothing', () => {
  expect(mayWake(makeSleeper(), undefined, NOW)).toEqual({ may: false, why: 'No work waits for it' })
})
