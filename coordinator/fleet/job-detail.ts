import { sql } from 'kysely'
import type { JobDetail, JobEvent } from '../../protocol/fleet.ts'
import type { LogLine } from '../../protocol/leases.ts'
import type { Queryable } from '../db/database.ts'
import { requireJob } from './job-views.ts'

/**
 * One job with its history and log. A holding that went well is not written down by itself, because most
 * do: the job's own row has it.
 *
 * @throws AppError `not_found`
 */
export async function requireJobDetail(db: Queryable, jobId: number): Promise<JobDetail> {
  const job = await requireJob(db, jobId)
  return { ...job, history: await readHistory(db, jobId), log: await readLog(db, jobId) }
}

type EventRow = Omit<JobEvent, 'at' | 'leasedAt'> & { at: Date; leasedAt: Date | null }

async function readHistory(db: Queryable, jobId: number): Promise<JobEvent[]> {
  const { rows } = await sql<EventRow>`
    select event.at, event.event, event.fencing_token as "fencingToken", agent.name as agent,
      account.name as account, event.leased_at as "leasedAt", event.error_code as code, event.message
    from (
      select id, at, event, fencing_token, agent_id, account_id, leased_at, error_code, message
        from job_event where job_id = ${jobId}
      union all
      select null, finished_at, 'done', fencing_token, agent_id, null, leased_at, null, null
        from job where id = ${jobId} and state = 'done') event
    left join agent on agent.id = event.agent_id
    left join account on account.id = event.account_id
    order by event.at, event.id nulls last`.execute(db)
  return rows.map(({ at, leasedAt, ...event }) => ({
    ...event,
    at: at.toISOString(),
    leasedAt: leasedAt?.toISOString() ?? null,
  }))
}

async function readLog(db: Queryable, jobId: number): Promise<JobDetail['log']> {
  const { rows } = await sql<{ at: Date; fencingToken: number; level: LogLine['level']; message: string }>`
    select at, fencing_token as "fencingToken", level, message from job_log
    where job_id = ${jobId} order by fencing_token, seq`.execute(db)
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }))
}
