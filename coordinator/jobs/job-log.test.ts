import { describe, expect, test } from 'vitest'
import type { LeaseRef, LogLine } from '../../protocol/leases.ts'
import { freshDatabase } from '../db/testing/fresh-database.ts'
import { renewLeases } from './renew-leases.ts'
import { returnExpired } from './return-jobs.ts'
import { createNoopType, enqueueNoops } from './testing/noop-type.ts'
import { backdateLeases, QueueActor } from './testing/queue-actor.ts'

const TTL_MS = 30_000
const type = createNoopType()
const types = new Map([['test.noop', type]])
const line = (seq: number, message = `line ${seq}`): LogLine => ({
  seq,
  afterMs: seq,
  level: 'info',
  message,
})

describe('what a handler says', () => {
  const start = async (db: Parameters<typeof enqueueNoops>[0]) => {
    await enqueueNoops(db, type, 1)
  }
  const say = (worker: QueueActor, ref: LeaseRef, log: LogLine[]) =>
    renewLeases(worker.db, worker.agentId, [{ ...ref, log }], TTL_MS)
  const messages = async (worker: QueueActor) =>
    (
      await worker.db
        .selectFrom('job_log')
        .select('message')
        .orderBy('fencing_token')
        .orderBy('seq')
        .execute()
    ).map((row) => row.message)

  test('is kept once, however often and by whatever message it comes', async () => {
    await using fresh = await freshDatabase()
    const worker = await QueueActor.create(fresh.db, types)
    await start(fresh.db)
    const [lease] = await worker.lease(1)
    await say(worker, lease!, [line(0), line(1)])
    await say(worker, lease!, [line(0), line(1), line(2)])
    await worker.complete([{ ...lease!, log: [line(2), line(3)] }])
    await worker.complete([{ ...lease!, log: [line(2), line(3)] }])
    expect(await messages(worker)).toEqual(['line 0', 'line 1', 'line 2', 'line 3'])
  })

  test('of each holding is kept, and nothing of one that has lost its lease', async () => {
    await using fresh = await freshDatabase()
    const worker = await QueueActor.create(fresh.db, types)
    await start(fresh.db)
    const [first] = await worker.lease(1)
    await say(worker, first!, [line(0, 'first')])
    await backdateLeases(fresh.db)
    await returnExpired(fresh.db)
    const [second] = await worker.lease(1)
    expect(await say(worker, first!, [line(1, 'late')])).toEqual([first!.jobId])
    await worker.fail(second!, 'file_missing', [line(0, 'second')])
    expect(await messages(worker)).toEqual(['first', 'second'])
  })

  test('ends at a thousand lines', async () => {
    await using fresh = await freshDatabase()
    const worker = await QueueActor.create(fresh.db, types)
    await start(fresh.db)
    const [lease] = await worker.lease(1)
    for (let sent = 0; sent < 12; sent += 1) {
      await say(
        worker,
        lease!,
        Array.from({ length: 100 }, (_, i) => line(100 * sent + i)),
      )
    }
    expect(await messages(worker)).toHaveLength(1_000)
  })

  test('is dated from the lease on, by the database’s clock, and never into the future', async () => {
    await using fresh = await freshDatabase()
    const worker = await QueueActor.create(fresh.db, types)
    await start(fresh.db)
    const [lease] = await worker.lease(1)
    await say(worker, lease!, [line(0), { ...line(1), afterMs: 3_600_000 }])
    const { leased_at } = await fresh.db.selectFrom('job').select('leased_at').executeTakeFirstOrThrow()
    const [first, second] = await fresh.db.selectFrom('job_log').select('at').orderBy('seq').execute()
    expect(first!.at).toEqual(leased_at)
    expect(second!.at.getTime() - leased_at!.getTime()).toBeLessThan(3_600_000)
  })
})
