import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { testEnvironment } from '../../config/test-environment.ts'
import type { Database } from '../db/database.ts'
import { openDatabase } from '../db/database.ts'
import { freshDatabase } from '../db/testing/fresh-database.ts'
import { requireJob } from '../fleet/job-views.ts'
import { retryJob } from './control.ts'
import { returnExpired } from './return-jobs.ts'
import { createNoopType, enqueueNoops } from './testing/noop-type.ts'
import { QueueActor } from './testing/queue-actor.ts'
import { untilBlocked } from './testing/until-blocked.ts'
import { wakeJobs } from './wake-jobs.ts'

const type = createNoopType()
const types = new Map([['test.noop', type]])
const ids = (leases: { jobId: number }[]) => leases.map((lease) => lease.jobId)

/** As if the time of all that waits for one had come. */
async function letTimePass(db: Database): Promise<void> {
  await sql`update job set run_after = now() - interval '1 second' where waiting and run_after < 'infinity'`.execute(
    db,
  )
}

describe('a job that waits', () => {
  test('for a model goes to an agent that has it, and the rest goes on meanwhile', async () => {
    await using fresh = await freshDatabase()
    const plain = await QueueActor.create(fresh.db, types, 'plain')
    const able = await QueueActor.create(fresh.db, types, 'able')
    able.models = ['yolo', 'clip']
    const [wanting] = await enqueueNoops(fresh.db, type, 1, { model: 'yolo', priority: 50 })
    const rest = await enqueueNoops(fresh.db, type, 2, { firstSubjectId: 2 })
    expect(ids(await plain.lease(10))).toEqual(rest)
    expect(ids(await able.lease(10))).toEqual([wanting])
  })

  test('for another job starts when that one is done, and not when it fails or is taken back', async () => {
    await using fresh = await freshDatabase()
    const worker = await QueueActor.create(fresh.db, types)
    const [before] = await enqueueNoops(fresh.db, type, 1)
    const [after] = await enqueueNoops(fresh.db, type, 1, { firstSubjectId: 2, afterJobId: before! })
    const [first] = await worker.lease(10)
    expect(first?.jobId).toBe(before)
    await worker.fail(first!, 'timed_out')
    await wakeJobs(fresh.db)
    expect(await worker.lease(10)).toEqual([])

    await letTimePass(fresh.db)
    await wakeJobs(fresh.db)
    await worker.complete(await worker.lease(10))
    expect(ids(await worker.lease(10))).toEqual([after])
  })

  test('for a job that is already done does not wait', async () => {
    await using fresh = await freshDatabase()
    const worker = await QueueActor.create(fresh.db, types)
    const [before] = await enqueueNoops(fresh.db, type, 1)
    await worker.complete(await worker.lease(1))
    const after = await enqueueNoops(fresh.db, type, 1, { firstSubjectId: 2, afterJobId: before! })
    expect(ids(await worker.lease(1))).toEqual(after)
  })

  test('for a job that died says so, and starts when that one is tried again and succeeds', async () => {
    await using fresh = await freshDatabase()
    const worker = await QueueActor.create(fresh.db, types)
    const [before] = await enqueueNoops(fresh.db, type, 1)
    const [after] = await enqueueNoops(fresh.db, type, 1, { firstSubjectId: 2, afterJobId: before! })
    expect((await requireJob(fresh.db, after!)).waitsFor).toBe(`Waits for job ${before}`)
    const [lease] = await worker.lease(1)
    await worker.fail(lease!, 'file_missing')
    expect((await requireJob(fresh.db, after!)).waitsFor).toMatch(
      /ended without success: try that one again$/,
    )
    expect(await worker.lease(1)).toEqual([])

    await retryJob(fresh.db, before!, null)
    expect(ids(await worker.lease(10))).toEqual([before])
    await worker.complete([{ jobId: before!, fencingToken: 2 }])
    expect(ids(await worker.lease(10))).toEqual([after])
  })

  test('for a job that no longer exists is woken', async () => {
    await using fresh = await freshDatabase()
    const worker = await QueueActor.create(fresh.db, types)
    const [before] = await enqueueNoops(fresh.db, type, 1)
    const after = await enqueueNoops(fresh.db, type, 1, { firstSubjectId: 2, afterJobId: before! })
    await fresh.db.deleteFrom('job').where('id', '=', before!).execute()
    expect(await wakeJobs(fresh.db)).toBe(1)
    expect(ids(await worker.lease(1))).toEqual(after)
  })

  test('until a time is woken then and not before', async () => {
    await using fresh = await freshDatabase()
    const worker = await QueueActor.create(fresh.db, types)
    const later = await enqueueNoops(fresh.db, type, 2, { runAfter: new Date(Date.now() + 3_600_000) })
    expect(await wakeJobs(fresh.db)).toBe(0)
    expect(await worker.lease(1)).toEqual([])
    await letTimePass(fresh.db)
    expect(await wakeJobs(fresh.db)).toBe(2)
    expect(ids(await worker.lease(2))).toEqual(later)
  })

  test('for a node is not attempted, and nothing grows however long it waits', async () => {
    await using fresh = await freshDatabase()
    const { db } = fresh
    const worker = await QueueActor.create(db, types)
    await enqueueNoops(db, type, 1, { model: 'nobody has it' })
    const read = async () => [
      await db.selectFrom('job').selectAll().execute(),
      await db.selectFrom('job_event').selectAll().execute(),
      await db.selectFrom('job_log').selectAll().execute(),
      await db.selectFrom('job_tally').selectAll().execute(),
    ]
    const before = await read()
    for (let asked = 0; asked < 20; asked += 1) {
      expect(await worker.lease(5)).toEqual([])
      await worker.restart()
      await returnExpired(db)
      await wakeJobs(db)
    }
    expect(await read()).toEqual(before)
  })
})

const onServer = test.skipIf(!testEnvironment.databaseUrl)

onServer('a job that is queued while the one before it ends is not forgotten', async () => {
  await using fresh = await freshDatabase('server')
  const worker = await QueueActor.create(fresh.db, types)
  const [before] = await enqueueNoops(fresh.db, type, 1)
  const leases = await worker.lease(1)
  const other = openDatabase(fresh.address)
  let completion: Promise<unknown> | undefined
  await other.transaction().execute(async (tx) => {
    await enqueueNoops(tx, type, 1, { firstSubjectId: 2, afterJobId: before! })
    completion = worker.complete(leases)
    await untilBlocked(fresh.db)
  })
  await completion
  await other.destroy()
  expect(await worker.lease(1)).toHaveLength(1)
})

onServer('a job that is tried again while the one before it ends is not forgotten', async () => {
  await using fresh = await freshDatabase('server')
  const worker = await QueueActor.create(fresh.db, types)
  const [before] = await enqueueNoops(fresh.db, type, 1)
  const [after] = await enqueueNoops(fresh.db, type, 1, { firstSubjectId: 2, afterJobId: before! })
  await fresh.db.updateTable('job').set({ state: 'dead' }).where('id', '=', after!).execute()
  const leases = await worker.lease(1)
  const other = openDatabase(fresh.address)
  let completion: Promise<unknown> | undefined
  await other.transaction().execute(async (tx) => {
    await retryJob(tx, after!, null)
    completion = worker.complete(leases)
    await untilBlocked(fresh.db)
  })
  await completion
  await other.destroy()
  expect(ids(await worker.lease(1))).toEqual([after])
})
