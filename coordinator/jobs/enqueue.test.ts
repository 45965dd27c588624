import { describe, expect, test } from 'vitest'
import { freshDatabase } from '../db/testing/fresh-database.ts'
import { enqueueJobs } from './enqueue.ts'
import { createNoopType, enqueueNoops } from './testing/noop-type.ts'
import { QueueActor } from './testing/queue-actor.ts'

const type = createNoopType({ priority: 10 })
const types = new Map([['test.noop', type]])
const job = { kind: 'test.noop', contract: type.contract, libraryId: null }

describe('enqueueing', () => {
  test('what is already open makes no second job, and only its urgency can grow', async () => {
    await using fresh = await freshDatabase()
    const { db } = fresh
    const worker = await QueueActor.create(db, types)
    const [id] = await enqueueJobs(db, [{ ...job, subjectId: 1 }])
    const priority = async () =>
      (await db.selectFrom('job').select('priority').where('id', '=', id!).executeTakeFirstOrThrow()).priority

    expect(await enqueueJobs(db, [{ ...job, subjectId: 1, priority: 30 }])).toEqual([])
    expect(await priority()).toBe(30)
    await enqueueJobs(db, [{ ...job, subjectId: 1, priority: 20 }])
    expect(await priority()).toBe(30)

    const [lease] = await worker.lease(1)
    expect(await enqueueJobs(db, [{ ...job, subjectId: 1, priority: 50 }])).toEqual([])
    await worker.complete([lease!])
    expect(await enqueueJobs(db, [{ ...job, subjectId: 1 }])).toHaveLength(1)
  })

  test('a job that has become urgent overtakes those before it', async () => {
    await using fresh = await freshDatabase()
    const worker = await QueueActor.create(fresh.db, types)
    const ids = await enqueueNoops(fresh.db, type, 3)
    await enqueueJobs(fresh.db, [{ ...job, subjectId: 3, priority: 50 }])
    expect((await worker.lease(3)).map((lease) => lease.jobId)).toEqual([ids[2], ids[0], ids[1]])
  })

  test('one subject twice in one go is one job, as urgent as the more urgent of them', async () => {
    await using fresh = await freshDatabase()
    const worker = await QueueActor.create(fresh.db, types)
    const twice = [
      { ...job, subjectId: 1 },
      { ...job, subjectId: 1, priority: 50 },
      { ...job, subjectId: 2 },
    ]
    expect(await enqueueJobs(fresh.db, twice)).toHaveLength(2)
    expect((await worker.lease(5)).map((lease) => lease.priority)).toEqual([50, 10])
  })
})
