import { sql } from 'kysely'
import type { Queryable } from '../db/database.ts'

/** In one go; the rest is woken by the next. */
const BATCH = 10_000

/**
 * Lets jobs be leased whose time has come, and those that came after a job which no longer exists.
 *
 * @returns how many
 */
export async function wakeJobs(db: Queryable): Promise<number> {
  const { rows } = await sql`
    update job set waiting = false
    where id in (
      select id from job
      where state = 'queued' and waiting
        and (run_after <= now() or (run_after = 'infinity' and after_job_id is null))
      limit ${BATCH} for update skip locked)
    returning id`.execute(db)
  return rows.length
}
