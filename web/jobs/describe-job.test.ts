import { expect, test } from 'vitest'
import type { JobView } from '../../protocol/fleet.ts'
import { describeTime, describeTries, shareOf } from './describe-job.ts'

const job: JobView = {
  id: 7,
  kind: 'file.ingest',
  state: 'queued',
  libraryId: 1,
  subject: '2019/Norway/IMG_2210.CR3',
  assetId: 3,
  agentId: null,
  priority: 20,
  attempt: 0,
  progress: null,
  waitsFor: null,
  error: null,
  createdAt: '2026-11-21T08:00:00.000Z',
  startedAt: '2026-11-21T11:50:00.000Z',
  finishedAt: '2026-11-21T11:50:04.000Z',
}
const nowMs = Date.parse('2026-11-21T12:00:00Z')

test.each([
  ['queued', 'for 4 h'],
  ['leased', 'for 10 min'],
  ['done', '10 min ago, took 4 s'],
  ['dead', '10 min ago'],
] as const)('the time of a %s job is “%s”', (state, words) => {
  expect(describeTime({ ...job, state }, nowMs)).toBe(words)
})

test('tries are told once something has gone wrong', () => {
  expect(describeTries({ state: 'queued', attempt: 0 })).toBeNull()
  expect(describeTries({ state: 'done', attempt: 1 })).toBeNull()
  expect(describeTries({ state: 'leased', attempt: 1 })).toBeNull()
  expect(describeTries({ state: 'leased', attempt: 3 })).toBe('try 3')
  expect(describeTries({ state: 'queued', attempt: 1 })).toBe('tried once')
  expect(describeTries({ state: 'dead', attempt: 5 })).toBe('tried 5 times')
})

test('progress without a known whole has no share, and never more than the whole', () => {
  expect(shareOf({ progress: { done: 3, total: null } })).toBeNull()
  expect(shareOf({ progress: { done: 0, total: 0 } })).toBeNull()
  expect(shareOf({ progress: { done: 9, total: 6 } })).toBe(1)
})
