import { expect, test } from 'vitest'
import type { JobDetail, JobEvent } from '../../protocol/fleet.ts'
import { describeHistory } from './describe-history.ts'

const job: JobDetail = {
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
  startedAt: null,
  finishedAt: null,
  history: [],
  log: [],
}
const nowMs = Date.parse('2026-11-21T12:00:00Z')
const event = (change: Partial<JobEvent>): JobEvent => ({
  at: '2026-11-21T09:00:12.000Z',
  event: 'failed',
  fencingToken: 1,
  agent: 'vault',
  account: null,
  leasedAt: '2026-11-21T09:00:00.000Z',
  code: null,
  message: null,
  ...change,
})
const told = (change: Partial<JobEvent>) =>
  describeHistory({ ...job, history: [event(change)] }, 'vault', nowMs)[1]

test('a try is told with the machine, how long it took and why it ended', () => {
  expect(told({ code: 'timed_out', message: 'Reading took longer than 60 s.' })).toMatchObject({
    title: 'Did not work on vault',
    after: 'after 12 s',
    detail: 'It took too long. Reading took longer than 60 s.',
  })
})

test('giving back tells the reason of the machine, losing touch explains itself', () => {
  expect(told({ event: 'released', message: 'The machine was going to sleep.' })).toMatchObject({
    title: 'Given back by vault',
    detail: 'The machine was going to sleep.',
  })
  expect(told({ event: 'lost' })?.detail).toContain('not blamed')
})

test('what a person did is told with the name of the person', () => {
  const deed = { agent: null, leasedAt: null, account: 'anna' }
  expect(told({ ...deed, event: 'cancelled' })).toMatchObject({ title: 'Cancelled by anna', after: null })
  expect(told({ ...deed, event: 'replayed' })?.title).toBe('Asked to be tried again by anna')
})

test('a running job ends its history with what goes on now', () => {
  const running = { ...job, state: 'leased' as const, startedAt: '2026-11-21T11:59:00.000Z' }
  expect(describeHistory(running, 'vault', nowMs)).toMatchObject([
    { title: 'Asked for' },
    { title: 'Runs on vault', after: 'for 60 s' },
  ])
})
