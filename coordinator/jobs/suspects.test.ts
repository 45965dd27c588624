import { expect, test } from 'vitest'
import { freshDatabase } from '../db/testing/fresh-database.ts'
import { setKind } from './set-kind.ts'
import { createNoopType, enqueueNoops } from './testing/noop-type.ts'
import { QueueActor } from './testing/queue-actor.ts'

const type = createNoopType({ priority: 10 })
const types = new Map([
  ['test.noop', type],
  ['test.other', type],
])
const ids = (leases: { jobId: number }[]) => leases.map((lease) => lease.jobId)

test('an agent gets one suspect at a time, and other work beside it', async () => {
  await using fresh = await freshDatabase()
  const worker = await QueueActor.create(fresh.db, types)
  const suspects = await enqueueNoops(fresh.db, type, 2)
  expect(await worker.lease(2)).toHaveLength(2)
  await worker.restart()
  const fresher = await enqueueNoops(fresh.db, type, 1, { firstSubjectId: 3 })
  const leases = await worker.lease(5)
  expect(ids(leases)).toEqual([suspects[0], ...fresher])
  expect(await worker.lease(5)).toEqual([])
  await worker.complete(leases.slice(0, 1))
  expect(ids(await worker.lease(5))).toEqual([suspects[1]])
})

test('a suspect that is not urgent does not keep an urgent one from where there is room for urgent work only', async () => {
  await using fresh = await freshDatabase()
  const worker = await QueueActor.create(fresh.db, types)
  await enqueueNoops(fresh.db, type, 1)
  const [urgent] = await enqueueNoops(fresh.db, type, 1, { priority: 50, firstSubjectId: 2 })
  expect(await worker.lease(2)).toHaveLength(2)
  await worker.restart()
  expect(ids(await worker.lease(1, { minPriority: 50 }))).toEqual([urgent])
})

test('a suspect of a kind at its limit does not keep others waiting', async () => {
  await using fresh = await freshDatabase()
  const worker = await QueueActor.create(fresh.db, types)
  const other = await QueueActor.create(fresh.db, types, 'other')
  await enqueueNoops(fresh.db, type, 1, { kind: 'test.other' })
  const [free] = await enqueueNoops(fresh.db, type, 1)
  expect(await worker.lease(2)).toHaveLength(2)
  await worker.restart()
  await setKind(fresh.db, 'test.other', { maxRunning: 1 })
  await enqueueNoops(fresh.db, type, 1, { kind: 'test.other', priority: 50, firstSubjectId: 2 })
  expect(await other.lease(1)).toHaveLength(1)
  expect(ids(await worker.lease(2))).toEqual([free])
})
