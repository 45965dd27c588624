import { expect, test } from 'vitest'
import type { JobKindSummary } from '../../protocol/fleet.ts'
import { describeWork, shareDone } from './describe-work.ts'

const idle: JobKindSummary = {
  kind: 'file.ingest',
  capability: 'ingest',
  queued: 0,
  leased: 0,
  done: 0,
  dead: 0,
  cancelled: 0,
  perSecond: 0,
  etaSeconds: null,
  oldestAt: null,
  paused: false,
  maxRunning: null,
  waitsFor: null,
}

test.each([
  [{}, 'Idle'],
  [{ queued: 5, leased: 2 }, 'Working'],
  [{ queued: 5 }, 'Starting'],
  [{ queued: 5, waitsFor: 'waits for a machine' }, 'Waiting'],
  [{ paused: true }, 'Paused'],
  [{ paused: true, queued: 5, waitsFor: 'paused' }, 'Paused'],
  [{ paused: true, leased: 2 }, 'Pausing'],
])('%j is “%s”', (change, word) => {
  expect(describeWork({ ...idle, ...change }).word).toBe(word)
})

test.each([
  [1, 'Waits for a machine', '1 file waits for a machine.'],
  [1_240, 'Waits for a machine: “desk” is asleep', '1,240 files wait for a machine: “desk” is asleep.'],
  [2, 'Paused: it rests', 'Paused: it rests.'],
])('%i that wait, “%s”, are told as a sentence: %s', (queued, waitsFor, why) => {
  expect(describeWork({ ...idle, queued, waitsFor }).why).toBe(why)
})

test('failed jobs need nothing more, and no jobs have no share', () => {
  expect(shareDone({ ...idle, queued: 6, leased: 2, done: 10, dead: 2 })).toBe(0.6)
  expect(shareDone(idle)).toBeNull()
})
