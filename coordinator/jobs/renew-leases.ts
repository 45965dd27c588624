import { sql } from 'kysely'
import type { AgentMessage } from '../../protocol/agents.ts'
import type { Queryable } from '../db/database.ts'
import { keepLog } from './job-log.ts'

/** Prolongs all leases that an agent still has. Returns the jobs of which it no longer has one. */
export async function renewLeases(
  db: Queryable,
  agentId: number,
  leases: AgentMessage<'lease.renew'>['leases'],
  ttlMs: number,
): Promise<number[]> {
  if (leases.length === 0) return []
  const { rows } = await sql<{ id: number }>`
    update job set
      lease_expires_at = now() + ${ttlMs} * interval '1 millisecond',
      progress = coalesce(given.progress, job.progress)
    from unnest(
      ${leases.map((lease) => lease.jobId)}::bigint[],
      ${leases.map((lease) => lease.fencingToken)}::bigint[],
      ${leases.map((lease) => (lease.progress ? JSON.stringify(lease.progress) : null))}::jsonb[])
      as given (id, token, progress)
    where job.id = given.id and job.fencing_token = given.token
      and job.agent_id = ${agentId} and job.state = 'leased'
    returning job.id`.execute(db)
  const standing = new Set(rows.map((row) => row.id))
  await keepLog(
    db,
    leases.filter((lease) => standing.has(lease.jobId)),
  )
  return leases.map((lease) => lease.jobId).filter((id) => !standing.has(id))
}

/** Shows how far jobs have come, between renewals. Says nothing about jobs that are no longer held. */
export async function showProgress(
  db: Queryable,
  agentId: number,
  jobs: AgentMessage<'job.progress'>['jobs'],
): Promise<void> {
  if (jobs.length === 0) return
  await sql`
    update job set progress = given.progress
    from unnest(
      ${jobs.map((job) => job.jobId)}::bigint[],
      ${jobs.map((job) => job.fencingToken)}::bigint[],
      ${jobs.map((job) => JSON.stringify(job.progress))}::jsonb[]) as given (id, token, progress)
    where job.id = given.id and job.fencing_token = given.token
      and job.agent_id = ${agentId} and job.state = 'leased'`.execute(db)
}
