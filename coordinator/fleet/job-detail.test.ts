import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { freshDatabase } from '../db/testing/fresh-database.ts'
import { cancelJob, retryJob } from '../jobs/control.ts'
import { releaseJobs, returnExpired } from '../jobs/return-jobs.ts'
import { createNoopType, enqueueNoops } from '../jobs/testing/noop-type.ts'
import { backdateLeases, QueueActor } from '../jobs/testing/queue-actor.ts'
import { wakeJobs } from '../jobs/wake-jobs.ts'
import { requireJobDetail } from './job-detail.ts'

const type = createNoopType()
const types = new Map([['test.noop', type]])

describe('the history of a job', () => {
  test('says in order what became of each holding, who held it and who interfered', async () => {
    await using fresh = await freshDatabase()
    const { db } = fresh
    const worker = await QueueActor.create(db, types, 'worker')
    const account = await db
      .insertInto('account')
      .values({ name: 'anna', password_hash: '', role: 'admin' })
      .returning('id')
      .executeTakeFirstOrThrow()
    const [id] = await enqueueNoops(db, type, 1)
    const lease = async () => {
      const [given] = await worker.lease(1)
      expect(given?.jobId).toBe(id)
      return given!
    }

    await lease()
    await backdateLeases(db)
    await returnExpired(db)
    await worker.restart()
    await releaseJobs(db, worker.agentId, [await lease()], 'The machine goes to sleep')
    await worker.fail(await lease(), 'unavailable', [
      { seq: 0, afterMs: 0, level: 'warn', message: 'no answer' },
    ])
    await sql`update job set run_after = now()`.execute(db)
    await wakeJobs(db)
    await lease()
    await cancelJob(db, types, id!, account.id)
    await retryJob(db, id!, account.id)
    await worker.complete([
      { ...(await lease()), log: [{ seq: 0, afterMs: 0, level: 'info', message: 'well' }] },
    ])

    const detail = await requireJobDetail(db, id!)
    const told = detail.history.map(({ event, fencingToken, agent, account, code, message }) => [
      event,
      fencingToken,
      agent,
      account,
      code ?? message,
    ])
    expect(told).toEqual([
      ['lost', 1, 'worker', null, null],
      ['died', 1, 'worker', null, null],
      ['released', 2, 'worker', null, 'The machine goes to sleep'],
      ['failed', 3, 'worker', null, 'unavailable'],
      ['cancelled', 4, 'worker', 'anna', null],
      ['replayed', null, null, 'anna', null],
      ['done', 5, 'worker', null, null],
    ])
    for (const { event, at, leasedAt } of detail.history) {
      if (event === 'replayed') expect(leasedAt).toBeNull()
      else expect(Date.parse(leasedAt!)).toBeLessThanOrEqual(Date.parse(at))
    }
    expect(detail.log.map(({ fencingToken, level, message }) => [fencingToken, level, message])).toEqual([
      [3, 'warn', 'no answer'],
      [5, 'info', 'well'],
    ])
  })

  test('tells of three deaths and of what they led to', async () => {
    await using fresh = await freshDatabase()
    const worker = await QueueActor.create(fresh.db, types, 'worker')
    const [id] = await enqueueNoops(fresh.db, type, 1)
    for (let life = 0; life < 3; life += 1) {
      expect(await worker.lease(1)).toHaveLength(1)
      await worker.restart()
    }
    const detail = await requireJobDetail(fresh.db, id!)
    expect(detail.history.map(({ event }) => event)).toEqual(['died', 'died', 'died', 'quarantined'])
    expect(detail).toMatchObject({ state: 'dead', error: { code: 'quarantined' } })
  })
})

test('there is nothing to tell of a job that does not exist', async () => {
  await using fresh = await freshDatabase()
  await expect(requireJobDetail(fresh.db, 1)).rejects.toMatchObject({ code: 'not_found' })
})
