import { type RawBuilder, sql } from 'kysely'
import { AppError, type ErrorCode } from '../../protocol/errors.ts'
import { priorities } from '../../protocol/jobs.ts'
import type { Queryable } from '../db/database.ts'

/** An open job for the same subject already does what a retry would. */
const noOpenTwin = sql`not exists (select 1 from job twin where twin.kind = job.kind
  and twin.subject_id = job.subject_id and twin.state in ('queued', 'leased'))`

/** At once, unless it comes after a job that is not done. */
const whenItMayStart = sql`(waiting, run_after) = (
  select count(*) > 0, case when count(*) > 0 then 'infinity' else now() end
  from job before where before.id = job.after_job_id and before.state <> 'done')`

/**
 * Queues a dead or cancelled job again, before everything that nobody waits for.
 *
 * @param accountId who asks
 * @throws AppError `not_found`, or `conflict` when the job is neither dead nor cancelled
 */
export async function retryJob(db: Queryable, id: number, accountId: number | null): Promise<void> {
  const requeued = await requeue(
    db,
    sql`id = ${id} and state in ('dead', 'cancelled')`,
    sql`greatest(priority, ${priorities.interactive})`,
    accountId,
  )
  if (requeued === 0)
    await explain(db, id, 'Only a dead or cancelled job without an open twin can be tried again')
}

export type DeadJobs = { kind?: string | undefined; code?: ErrorCode | undefined }

/** Queues every dead job again, each subject once. Returns how many. */
export async function retryDeadJobs(
  db: Queryable,
  which: DeadJobs,
  accountId: number | null,
): Promise<number> {
  const filter = sql`state = 'dead' and ${which.kind ? sql`kind = ${which.kind}` : sql`true`}
    and ${which.code ? sql`error_code = ${which.code}` : sql`true`}`
  return await requeue(
    db,
    sql`${filter} and id in (select max(id) from job where ${filter} group by kind, subject_id)`,
    sql`priority`,
    accountId,
  )
}

async function requeue(
  db: Queryable,
  which: RawBuilder<unknown>,
  priority: RawBuilder<unknown>,
  accountId: number | null,
): Promise<number> {
  const { rows } = await sql`
    with requeued as (
      update job set state = 'queued', attempt = 0, failures = 0, deaths = 0, ${whenItMayStart},
        priority = ${priority}, finished_at = null, error_code = null, error_message = null
      where ${which} and ${noOpenTwin}
      returning id),
    noted as (insert into job_event (job_id, event, account_id) select id, 'replayed', ${accountId} from requeued)
    select id from requeued`.execute(db)
  return rows.length
}

/**
 * Cancels a queued or running job.
 *
 * @param accountId who asks
 * @returns the agent that was running it, to be told
 * @throws AppError `not_found`, or `conflict` when the job has already ended
 */
export async function cancelJob(
  db: Queryable,
  id: number,
  accountId: number | null,
): Promise<{ agentId: number | null }> {
  const { rows } = await sql<{ agentId: number | null }>`
    with before as (select id, state, agent_id from job where id = ${id} for update),
    cancelled as (
      update job set state = 'cancelled', finished_at = now(), lease_expires_at = null, instance = null
      from before where job.id = before.id and before.state in ('queued', 'leased')
      returning job.id, job.fencing_token, job.leased_at,
        case when before.state = 'leased' then before.agent_id end as holder),
    noted as (
      insert into job_event (job_id, event, account_id, agent_id, fencing_token, leased_at)
      select id, 'cancelled', ${accountId}, holder, case when holder is not null then fencing_token end,
        case when holder is not null then leased_at end from cancelled)
    select holder as "agentId" from cancelled`.execute(db)
  return rows[0] ?? (await explain(db, id, 'The job has already ended'))
}

async function explain(db: Queryable, id: number, reason: string): Promise<never> {
  const job = await db.selectFrom('job').select('state').where('id', '=', id).executeTakeFirst()
  if (!job) throw new AppError('not_found', `There is no job ${id}`)
  throw new AppError('conflict', `${reason}; job ${id} is ${job.state}`)
}
