import { type RawBuilder, sql } from 'kysely'
import pg from 'pg'
import { AppError, type ErrorCode } from '../../protocol/errors.ts'
import { priorities } from '../../protocol/jobs.ts'
import type { Database, Queryable } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import type { JobTypes } from './job-type.ts'

const MAX_TRIES = 3

/** An open job for the same subject already does what a retry would. */
const noOpenTwin = sql`not exists (select 1 from job twin where twin.kind = job.kind
  and twin.subject_id = job.subject_id and twin.state in ('queued', 'leased'))`

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
  for (let tries = 1; ; tries += 1) {
    try {
      return await requeueOnce(db, which, priority, accountId)
    } catch (error) {
      // A twin that was queued in this moment: the next try sees it.
      if (tries === MAX_TRIES || !isTwin(error)) throw error
    }
  }
}

function isTwin(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.constraint === 'job_open'
}

/** Each at once, unless it comes after a job that is not done. */
async function requeueOnce(
  db: Queryable,
  which: RawBuilder<unknown>,
  priority: RawBuilder<unknown>,
  accountId: number | null,
): Promise<number> {
  const { rows } = await sql`
    with chosen as (select id, after_job_id from job where ${which} and ${noOpenTwin} for update),
    before as (
      -- Held until we are in: its end will look for us.
      select id from job where id in (select after_job_id from chosen) and state <> 'done' for share),
    requeued as (
      update job set state = 'queued', attempt = 0, failures = 0, deaths = 0, priority = ${priority},
        waiting = before.id is not null, run_after = case when before.id is null then now() else 'infinity' end,
        finished_at = null, error_code = null, error_message = null
      from chosen left join before on before.id = chosen.after_job_id
      where job.id = chosen.id
      returning job.id),
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
  db: Database,
  types: JobTypes,
  id: number,
  accountId: number | null,
): Promise<{ agentId: number | null }> {
  return await transact(db, { durable: true }, async (tx) => {
    const { rows } = await sql<{ kind: string; agentId: number | null }>`
      with before as (select id, state, agent_id from job where id = ${id} for update),
      cancelled as (
        update job set state = 'cancelled', finished_at = now(), lease_expires_at = null, instance = null
        from before where job.id = before.id and before.state in ('queued', 'leased')
        returning job.id, job.kind, job.fencing_token, job.leased_at,
          case when before.state = 'leased' then before.agent_id end as holder),
      noted as (
        insert into job_event (job_id, event, account_id, agent_id, fencing_token, leased_at)
        select id, 'cancelled', ${accountId}, holder, case when holder is not null then fencing_token end,
          case when holder is not null then leased_at end from cancelled)
      select kind, holder as "agentId" from cancelled`.execute(tx)
    const [cancelled] = rows
    if (cancelled === undefined) return await explain(tx, id, 'The job has already ended')
    await types.get(cancelled.kind)?.onCancelled?.(tx, id)
    return { agentId: cancelled.agentId }
  })
}

async function explain(db: Queryable, id: number, reason: string): Promise<never> {
  const job = await db.selectFrom('job').select('state').where('id', '=', id).executeTakeFirst()
  if (!job) throw new AppError('not_found', `There is no job ${id}`)
  throw new AppError('conflict', `${reason}; job ${id} is ${job.state}`)
}
