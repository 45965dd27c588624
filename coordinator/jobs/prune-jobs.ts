import { sql } from 'kysely'
import type { Queryable } from '../db/database.ts'

/** In one transaction, so that nobody waits long for a lock or the disk. */
const BATCH = 5_000

/** How long ended jobs stay, with their history and log, in days. */
export type KeepDays = { done: number; dead: number }

/**
 * Deletes jobs that ended long ago. A dead one stays while another waits for it.
 *
 * @returns how many; call again while it is not 0
 */
export async function pruneJobs(db: Queryable, keepDays: KeepDays): Promise<number> {
  const { rows } = await sql`
    delete from job where id in (
      select job.id from job
      where job.finished_at < now() - make_interval(days => ${Math.min(keepDays.done, keepDays.dead)})
        and (job.state in ('done', 'cancelled') and job.finished_at < now() - make_interval(days => ${keepDays.done})
          or job.state = 'dead' and job.finished_at < now() - make_interval(days => ${keepDays.dead})
            and not exists (select 1 from job later where later.after_job_id = job.id and later.state = 'queued'))
      order by job.finished_at limit ${BATCH} for update skip locked)
    returning id`.execute(db)
  return rows.length
}
