import { expect, test } from 'vitest'
import type { Capability } from '../../protocol/capability.ts'
import { priorities } from '../../protocol/jobs.ts'
import { CapabilityWork } from './capability-work.ts'
import { HeldJob } from './held-job.ts'
import { leaseOf } from './testing/test-coordinator.ts'

const workOf = (concurrency: number, capability: Capability = 'ingest') =>
  new CapabilityWork({ capability, concurrency })
const job = (jobId: number, priority: number = priorities.ingest) =>
  new HeldJob(leaseOf(jobId, { priority }), undefined)

test('room is what can run and some ahead, less all that is here or on its way', () => {
  const work = workOf(4)
  expect(work.slots()).toEqual({ capability: 'ingest', count: 16 })
  work.asked = 3
  work.running = 4
  work.unsent = 2
  expect(work.slots()).toEqual({ capability: 'ingest', count: 7 })
  work.unsent = 9
  expect(work.slots()).toBeUndefined()
})

test('it asks in batches, when half of what is ahead is gone', () => {
  const work = workOf(4)
  work.running = 4
  for (let id = 1; id <= 7; id += 1) work.add(job(id))
  expect(work.slots()).toBeUndefined()
  work.startNext()
  work.drop(job(2))
  work.running = 3
  work.startNext()
  expect(work.slots()).toEqual({ capability: 'ingest', count: 6 })
})

test('scans are not held ahead of their turn', () => {
  const work = workOf(2, 'scan')
  expect(work.slots()).toEqual({ capability: 'scan', count: 2 })
  work.running = 2
  expect(work.slots()).toBeUndefined()
})

test('no more is asked for than one message may', () => {
  expect(workOf(256).slots()?.count).toBe(256)
})

test('settings never raise what this machine offers', () => {
  const work = workOf(4)
  const limits = [2, 200, undefined].map((wanted) => {
    work.setLimit(wanted)
    return work.limit
  })
  expect(limits).toEqual([2, 4, 4])
})

test('one urgent job starts beyond the others, and there is room for no second', () => {
  const work = workOf(1)
  const urgent = [job(91, priorities.interactive), job(92, priorities.interactive)]
  work.add(job(1))
  expect(work.startNext()?.lease.jobId).toBe(1)
  expect(work.urgentSlots()).toEqual({
    capability: 'ingest',
    count: 1,
    minPriority: priorities.interactive,
  })
  work.add(job(2))
  for (const each of urgent) work.add(each)
  expect(work.urgentSlots()).toBeUndefined()
  expect(work.startNext()).toBe(urgent[0])
  expect(work.startNext()).toBeUndefined()
  expect(work.urgentSlots()).toBeUndefined()
  // The ordinary one has ended: the urgent one has its slot now, and the next urgent one the extra slot.
  work.running -= 1
  expect(work.startNext()).toBe(urgent[1])
  expect(work.startNext()).toBeUndefined()
})
