import { sql } from 'kysely'
import { AppError } from '../../protocol/errors.ts'
import type { JobKind } from '../../protocol/jobs.ts'
import type { Queryable } from '../db/database.ts'

const requeue = sql`state = 'queued', attempt = 0, lost_leases = 0, run_after = now(),
  finished_at = null, error_code = null, error_message = null`
/** An open job for the same subject already does what a retry would. */
const noOpenTwin = sql`not exists (select 1 from job twin where twin.kind = job.kind
  and twin.subject_id = job.subject_id and twin.state in ('queued', 'leased'))`

/** @throws AppError `not_found`, or `conflict` when the job is neither dead nor cancelled */
export async function retryJob(db: Queryable, id: number): Promise<void> {
  const { rows } = await sql`
    update job set ${requeue} where id = ${id} and state in ('dead', 'cancelled') and ${noOpenTwin}
    returning id`.execute(db)
  if (rows.length === 0)
    await explain(db, id, 'Only a dead or cancelled job without an open twin can be tried again')
}

/** Queues every dead job again, each subject once. Returns how many. */
export async function retryDeadJobs(db: Queryable, kind?: JobKind): Promise<number> {
  const { rows } = await sql`
    update job set ${requeue}
    where state = 'dead' and ${kind ? sql`kind = ${kind}` : sql`true`} and ${noOpenTwin}
      and id in (select max(dead.id) from job dead where dead.state = 'dead' group by dead.kind, dead.subject_id)
    returning id`.execute(db)
  return rows.length
}

/**
 * Cancels a queued or running job.
 *
 * @returns the agent that was running it, to be told
 * @throws AppError `not_found`, or `conflict` when the job has already ended
 */
export async function cancelJob(db: Queryable, id: number): Promise<number | null> {
  const { rows } = await sql<{ agentId: number | null }>`
    update job set state = 'cancelled', finished_at = now(), lease_expires_at = null
    from (select id, state, agent_id from job where id = ${id} for update) before
    where job.id = before.id and before.state in ('queued', 'leased')
    returning case when before.state = 'leased' then before.agent_id end as "agentId"`.execute(db)
  if (!rows[0]) return explain(db, id, 'The job has already ended')
  return rows[0].agentId
}

async function explain(db: Queryable, id: number, reason: string): Promise<never> {
  const job = await db.selectFrom('job').select('state').where('id', '=', id).executeTakeFirst()
  if (!job) throw new AppError('not_found', `There is no job ${id}`)
  throw new AppError('conflict', `${reason}; job ${id} is ${job.state}`)
}
