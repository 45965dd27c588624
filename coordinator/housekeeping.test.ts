import { sql } from 'kysely'
import pino from 'pino'
import { expect, test } from 'vitest'
import { testEnvironment } from '../config/test-environment.ts'
import { type Database, openDatabase } from './db/database.ts'
import { eachEngine, freshDatabase } from './db/testing/fresh-database.ts'
import { Housekeeping } from './housekeeping.ts'
import { createNoopType, enqueueNoops } from './jobs/testing/noop-type.ts'
import { backdateLeases, QueueActor } from './jobs/testing/queue-actor.ts'
import { untilBlocked } from './jobs/testing/until-blocked.ts'

const LIMIT = { timeout: 30_000, interval: 50 }
const type = createNoopType()
const types = new Map([['test.noop', type]])

/** Of one coordinator; `returned` counts the jobs of which it told. */
function createHousekeeping(db: Database) {
  const told = { returned: 0 }
  const housekeeping = new Housekeeping({
    leaseTtlMs: 30_000,
    db,
    log: pino({ level: 'silent' }),
    keepDays: { done: 7, dead: 30 },
    onReturned: (jobs) => {
      told.returned += jobs
    },
  })
  return { housekeeping, told }
}

async function countQueued(db: Database): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) from job where state = 'queued'`.execute(db)
  return rows[0]!.count
}

async function countEvents(db: Database): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) from job_event`.execute(db)
  return rows[0]!.count
}

async function addOldSession(db: Database): Promise<void> {
  const { id } = await db
    .insertInto('account')
    .values({ name: 'anna', password_hash: '', role: 'admin' })
    .returning('id')
    .executeTakeFirstOrThrow()
  await db
    .insertInto('session')
    .values({ token_hash: Buffer.alloc(32), account_id: id, expires_at: new Date(0) })
    .execute()
}

eachEngine('housekeeping', (engine) => {
  test('of two coordinators returns each lost lease once, and one goes on when the other stops', async () => {
    await using fresh = await freshDatabase(engine)
    const { db } = fresh
    const other = openDatabase(fresh.address)
    const worker = await QueueActor.create(db, types)
    await enqueueNoops(db, type, 40)
    const [one, two] = [createHousekeeping(db), createHousekeeping(other)]
    try {
      expect(await worker.lease(40)).toHaveLength(40)
      await backdateLeases(db)
      one.housekeeping.start()
      two.housekeeping.start()
      await expect.poll(() => countQueued(db), LIMIT).toBe(40)
      expect(await countEvents(db)).toBe(40)

      await one.housekeeping.stop()
      expect(await worker.lease(40)).toHaveLength(40)
      await backdateLeases(db)
      await expect.poll(() => countQueued(db), LIMIT).toBe(40)
      await expect.poll(() => one.told.returned + two.told.returned, LIMIT).toBe(80)
      expect(two.told.returned).toBeGreaterThanOrEqual(40)
    } finally {
      await one.housekeeping.stop()
      await two.housekeeping.stop()
      await other.destroy()
    }
  })

  test('wakes what is due, prunes however much there is, and removes old sessions', async () => {
    await using fresh = await freshDatabase(engine)
    const { db } = fresh
    const worker = await QueueActor.create(db, types)
    const [sample] = await enqueueNoops(db, type, 1, { firstSubjectId: 1_000_000 })
    await worker.complete(await worker.lease(1))
    await sql`insert into job (lane_id, kind, state, priority, subject_id, finished_at)
      select lane_id, kind, 'done', 10, n, now() - interval '1 year' from job, generate_series(1, 12000) n`.execute(
      db,
    )
    await enqueueNoops(db, type, 3, { runAfter: new Date(Date.now() + 3_600_000) })
    await sql`update job set run_after = now() where waiting`.execute(db)
    await addOldSession(db)
    const { housekeeping, told } = createHousekeeping(db)
    try {
      housekeeping.start()
      const ended = () => db.selectFrom('job').select('id').where('state', '=', 'done').execute()
      await expect.poll(ended, LIMIT).toEqual([{ id: sample }])
      expect(told.returned).toBe(3)
      expect(await worker.lease(5)).toHaveLength(3)
      expect(await db.selectFrom('session').selectAll().execute()).toEqual([])
    } finally {
      await housekeeping.stop()
    }
  })
})

test.skipIf(!testEnvironment.databaseUrl)(
  'housekeeping of a coordinator that is killed in the middle is taken over by another',
  async () => {
    await using fresh = await freshDatabase('server')
    const { db } = fresh
    const [first, holder] = [openDatabase(fresh.address), openDatabase(fresh.address)]
    const worker = await QueueActor.create(db, types)
    await enqueueNoops(db, type, 3)
    await worker.lease(3)
    await addOldSession(db)
    const [killed, other] = [createHousekeeping(first), createHousekeeping(db)]
    try {
      await holder.transaction().execute(async (tx) => {
        await sql`select 1 from session for update`.execute(tx)
        killed.housekeeping.start()
        // At its work, and so with the lock that keeps others from it.
        await untilBlocked(db)
        await backdateLeases(db)
        other.housekeeping.start()
        await sql`select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`.execute(db)
        await killed.housekeeping.stop()
      })
      await expect.poll(() => other.told.returned, LIMIT).toBe(3)
      expect(killed.told.returned).toBe(0)
    } finally {
      await other.housekeeping.stop()
      await Promise.all([first.destroy(), holder.destroy()])
    }
  },
)
