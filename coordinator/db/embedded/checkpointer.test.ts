import { expect, test } from 'vitest'
import { judgeLog } from './checkpointer.ts'

const MB = 1024 * 1024
const GB = 1024 * MB

test.each([
  ['an idle database', { logBytes: 0, ageMs: 3_600_000, freeBytes: 100 * GB }, 'fine'],
  ['a little log of late', { logBytes: 1, ageMs: 119_000, freeBytes: 100 * GB }, 'fine'],
  ['a little log for two minutes', { logBytes: 1, ageMs: 120_000, freeBytes: 100 * GB }, 'due'],
  ['much log at once', { logBytes: 128 * MB, ageMs: 0, freeBytes: 100 * GB }, 'due'],
  ['very much log', { logBytes: 256 * MB, ageMs: 0, freeBytes: 100 * GB }, 'urgent'],
  ['some log on a nearly full disk', { logBytes: 40 * MB, ageMs: 0, freeBytes: 120 * MB }, 'due'],
  ['a segment of log on a full disk', { logBytes: 16 * MB, ageMs: 0, freeBytes: 0 }, 'due'],
] as const)('a checkpoint with %s', (_, state, judgement) => {
  expect(judgeLog(state)).toBe(judgement)
})
