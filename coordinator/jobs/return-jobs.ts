import { sql } from 'kysely'
import type { LeaseRef } from '../../protocol/leases.ts'
import type { Queryable } from '../db/database.ts'

/** A job on which this many agents died in a row is set aside: it may be what kills them. */
const MAX_LOST_LEASES = 3

/**
 * Puts jobs back whose leases have run out. The file is not blamed: the attempt does not count, but a
 * third loss in a row quarantines the job.
 *
 * @returns how many leases were lost
 */
export async function returnExpired(db: Queryable): Promise<number> {
  return lose(db, sql`lease_expires_at < now()`)
}

/**
 * Puts back what an agent held in an earlier life: it has just connected and does not know of them.
 */
export async function returnUnheld(
  db: Queryable,
  agentId: number,
  held: readonly LeaseRef[],
): Promise<number> {
  return lose(
    db,
    sql`agent_id = ${agentId} and (id, fencing_token) not in (
      select * from unnest(${held.map((ref) => ref.jobId)}::bigint[], ${held.map((ref) => ref.fencingToken)}::bigint[]))`,
  )
}

/**
 * An agent starts what it holds in the order in which it was leased, so only as many of its jobs as it runs
 * at once can have ended it; those that only waited behind them are not suspected.
 */
async function lose(db: Queryable, which: ReturnType<typeof sql>): Promise<number> {
  const { rows } = await sql`
    with lost as (
      select id, agent_id, capability, leased_at, priority, order_key from job
      where state = 'leased' and ${which} for update skip locked),
    ranked as (
      select lost.id, row_number() over (
          partition by lost.agent_id, lost.capability
          order by lost.leased_at, lost.priority desc, lost.order_key desc, lost.id) as place,
        coalesce((select (offer->>'concurrency')::integer from jsonb_array_elements(agent.capabilities) offer
          where offer->>'capability' = lost.capability limit 1), 1) as slots
      from lost left join agent on agent.id = lost.agent_id),
    counted as (
      select ranked.id, job.lost_leases + case when place <= slots then 1 else 0 end as losses
      from ranked join job on job.id = ranked.id)
    update job set
      state = case when losses >= ${MAX_LOST_LEASES} then 'dead' else 'queued' end,
      finished_at = case when losses >= ${MAX_LOST_LEASES} then now() end,
      error_code = case when losses >= ${MAX_LOST_LEASES} then 'quarantined' else error_code end,
      error_message = case when losses >= ${MAX_LOST_LEASES}
        then 'Three agents in a row ended while running this job; retry it when the cause is known'
        else error_message end,
      lost_leases = losses, attempt = greatest(attempt - 1, 0),
      lease_expires_at = null, progress = null, run_after = now()
    from counted where counted.id = job.id
    returning job.id`.execute(db)
  return rows.length
}

/** Takes back leases that an agent gives up by intent (drain, stop): queued at once, nothing counted. */
export async function releaseJobs(db: Queryable, agentId: number, refs: readonly LeaseRef[]): Promise<void> {
  await sql`
    update job set state = 'queued', attempt = greatest(attempt - 1, 0), lease_expires_at = null, progress = null
    from unnest(${refs.map((ref) => ref.jobId)}::bigint[], ${refs.map((ref) => ref.fencingToken)}::bigint[])
      as given (id, token)
    where job.id = given.id and job.fencing_token = given.token
      and job.agent_id = ${agentId} and job.state = 'leased'`.execute(db)
}
