import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import type { Database } from '../db/database.ts'
import { freshDatabase } from '../db/testing/fresh-database.ts'
import { pruneJobs } from './prune-jobs.ts'
import { createNoopType, enqueueNoops } from './testing/noop-type.ts'
import { QueueActor } from './testing/queue-actor.ts'

const keepDays = { done: 7, dead: 30 }
const type = createNoopType()
const types = new Map([['test.noop', type]])

async function age(db: Database, ids: readonly number[], days: number): Promise<void> {
  await sql`update job set finished_at = now() - make_interval(days => ${days}::integer)
    where id = any(${[...ids]}::bigint[])`.execute(db)
}

async function left(db: Database): Promise<number[]> {
  const rows = await db.selectFrom('job').select('id').orderBy('id').execute()
  return rows.map((row) => row.id)
}

describe('pruning', () => {
  test('forgets what ended long ago with its history and log, and keeps the rest and the counts', async () => {
    await using fresh = await freshDatabase()
    const { db } = fresh
    const worker = await QueueActor.create(db, types)
    const ids = await enqueueNoops(db, type, 6)
    const [oldDone, newDone, oldDead, olderDead, running, queued] = ids as [
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    const leases = await worker.lease(5)
    const log = [{ seq: 0, afterMs: 0, level: 'info', message: 'said' } as const]
    for (const lease of leases.slice(0, 2)) await worker.complete([{ ...lease, log }])
    for (const lease of leases.slice(2, 4)) await worker.fail(lease, 'file_missing', log)
    await age(db, [oldDone, oldDead], 8)
    await age(db, [olderDead], 31)

    expect(await pruneJobs(db, keepDays)).toBe(2)
    expect(await left(db)).toEqual([newDone, oldDead, running, queued])
    const logged = await db.selectFrom('job_log').select('job_id').orderBy('job_id').execute()
    expect(logged.map((row) => row.job_id)).toEqual([newDone, oldDead])
    const events = await db.selectFrom('job_event').select('job_id').execute()
    expect(events.map((row) => row.job_id)).toEqual([oldDead])
    const { rows } = await sql`select state, sum(amount) as amount from job_tally group by state
      having sum(amount) <> 0 order by state`.execute(db)
    expect(rows).toEqual([
      { state: 'dead', amount: '1' },
      { state: 'done', amount: '2' },
      { state: 'leased', amount: '1' },
      { state: 'queued', amount: '1' },
    ])
  })

  test('keeps a dead job for which another waits', async () => {
    await using fresh = await freshDatabase()
    const { db } = fresh
    const worker = await QueueActor.create(db, types)
    const [before] = await enqueueNoops(db, type, 1)
    const [after] = await enqueueNoops(db, type, 1, { firstSubjectId: 2, afterJobId: before! })
    await worker.fail((await worker.lease(1))[0]!, 'file_missing')
    await age(db, [before!], 365)
    expect(await pruneJobs(db, keepDays)).toBe(0)
    await db.updateTable('job').set({ state: 'cancelled' }).where('id', '=', after!).execute()
    expect(await pruneJobs(db, keepDays)).toBe(1)
  })

  test('goes in steps when there is much', async () => {
    await using fresh = await freshDatabase()
    const { db } = fresh
    const worker = await QueueActor.create(db, types)
    const [sample] = await enqueueNoops(db, type, 1)
    await worker.complete(await worker.lease(1))
    await sql`insert into job (lane_id, kind, state, priority, subject_id, finished_at)
      select lane_id, kind, 'done', 10, n, now() - interval '1 year' from job, generate_series(1, 12000) n`.execute(
      db,
    )
    const steps: number[] = []
    do steps.push(await pruneJobs(db, keepDays))
    while (steps.at(-1)! > 0)
    expect(steps).toEqual([5_000, 5_000, 2_000, 0])
    expect(await left(db)).toEqual([sample])
  })
})
