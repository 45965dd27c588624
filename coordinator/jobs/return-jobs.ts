import { type RawBuilder, sql } from 'kysely'
import type { LeaseRef } from '../../protocol/leases.ts'
import type { Queryable } from '../db/database.ts'

/** A job during which this many agents died in a row is set aside: it may be what kills them. */
const MAX_DEATHS = 3

/**
 * Puts jobs back whose leases have run out. The file is not blamed: the attempt does not count, and whether the
 * agent has died or only slept shows when it comes back.
 *
 * @returns how many leases were lost
 */
export async function returnExpired(db: Queryable): Promise<number> {
  const { rows } = await sql`
    with lost as (
      select id from job where state = 'leased' and lease_expires_at < now() for update skip locked),
    returned as (
      update job set state = 'queued', waiting = false, attempt = greatest(attempt - 1, 0),
        lease_expires_at = null, progress = null, run_after = now()
      from lost where job.id = lost.id
      returning job.id, job.fencing_token, job.agent_id, job.leased_at),
    noted as (
      insert into job_event (job_id, event, fencing_token, agent_id, leased_at)
      select id, 'lost', fencing_token, agent_id, leased_at from returned)
    select id from returned`.execute(db)
  return rows.length
}

/**
 * No lease ends later than a lease's length from now. One that does was granted before the database's clock went back:
 * who lives renews it in time, who is gone loses it as if the clock had stood right.
 */
export async function shortenLeases(db: Queryable, ttlMs: number): Promise<void> {
  await sql`update job set lease_expires_at = now() + ${ttlMs} * interval '1 millisecond'
    where state = 'leased' and lease_expires_at > now() + ${ttlMs * 1.5} * interval '1 millisecond'`.execute(
    db,
  )
}

/**
 * Puts back what an agent does not hold, as its hello says. What its process held in an earlier life ended with
 * that life, and a job that was running then may be what ended it. The rest it never got to know of, because
 * the answer to its request was lost: that says nothing about anybody.
 *
 * @param instance of the process that says hello
 * @returns how many jobs were put back
 */
export async function returnUnheld(
  db: Queryable,
  agentId: number,
  instance: string,
  held: readonly LeaseRef[],
): Promise<number> {
  const buried = await buryEarlierLife(db, agentId, instance)
  const released = await release(
    db,
    sql`state = 'leased' and agent_id = ${agentId} and (id, fencing_token) not in (
      select * from unnest(${held.map((ref) => ref.jobId)}::bigint[], ${held.map((ref) => ref.fencingToken)}::bigint[]))`,
    'The agent never got it',
  )
  return buried + released
}

/**
 * Jobs leased to an earlier process of an agent: those it held when it ended, and those whose leases ran out
 * before it came back. It started them in the order in which they were leased, so only the first can have
 * ended it: as many as it runs at once, one that was urgent, and as many whose results were on their way. The rest
 * only waited behind them. Suspects are leased one at a time (`lease-jobs.ts`), so that an innocent one shares one death
 * with a guilty one at most.
 * What is judged is the row as it is locked: another may have changed it since the statement began.
 *
 * @returns how many of those it held are queued again
 */
async function buryEarlierLife(db: Queryable, agentId: number, instance: string): Promise<number> {
  const { rows } = await sql`
    with orphan as (
      select id, lane_id, state, deaths, leased_at, priority, order_key from job
      where agent_id = ${agentId} and state in ('leased', 'queued') and instance <> ${instance}
      for update skip locked),
    ranked as (
      select orphan.id, orphan.state, orphan.deaths, row_number() over (partition by lane.capability
          order by orphan.leased_at, orphan.priority desc, orphan.order_key desc, orphan.id) as place,
        coalesce((select (offer->>'concurrency')::integer
          from agent, jsonb_array_elements(agent.capabilities) offer
          where agent.id = ${agentId} and offer->>'capability' = lane.capability limit 1), 1) * 2 + 1 as reach
      from orphan join lane on lane.id = orphan.lane_id),
    judged as (
      select id, state = 'leased' as was_leased, place <= reach as is_suspect,
        deaths + case when place <= reach then 1 else 0 end as deaths
      from ranked),
    buried as (
      update job set
        state = case when judged.deaths >= ${MAX_DEATHS} then 'dead' else 'queued' end,
        waiting = false,
        finished_at = case when judged.deaths >= ${MAX_DEATHS} then now() end,
        error_code = case when judged.deaths >= ${MAX_DEATHS} then 'quarantined' else error_code end,
        error_message = case when judged.deaths >= ${MAX_DEATHS}
          then 'Three agents in a row ended while running this job; try it again when the cause is known'
          else error_message end,
        deaths = judged.deaths, instance = null,
        attempt = case when was_leased then greatest(attempt - 1, 0) else attempt end,
        lease_expires_at = null, progress = null, run_after = now()
      from judged where judged.id = job.id
      returning job.id, job.state, job.fencing_token, job.agent_id, job.leased_at, judged.is_suspect, judged.was_leased),
    noted as (
      insert into job_event (job_id, event, fencing_token, agent_id, leased_at)
      select id, case when is_suspect then 'died' else 'released' end, fencing_token, agent_id, leased_at
      from buried
      union all select id, 'quarantined', null, null, null from buried where state = 'dead')
    select id from buried where was_leased and state = 'queued'`.execute(db)
  return rows.length
}

/** Takes back leases that an agent gives up by intent (drain, stop, suspend): queued at once, nothing counted. */
export async function releaseJobs(
  db: Queryable,
  agentId: number,
  refs: readonly LeaseRef[],
  reason: string,
): Promise<number> {
  if (refs.length === 0) return 0
  return await release(
    db,
    sql`state = 'leased' and agent_id = ${agentId} and (id, fencing_token) in (
      select * from unnest(${refs.map((ref) => ref.jobId)}::bigint[], ${refs.map((ref) => ref.fencingToken)}::bigint[]))`,
    reason,
  )
}

/** Takes back everything that an agent holds: it will not report on it any more. */
export function releaseAllOf(db: Queryable, agentId: number, reason: string): Promise<number> {
  return release(db, sql`state = 'leased' and agent_id = ${agentId}`, reason)
}

async function release(db: Queryable, which: RawBuilder<unknown>, reason: string): Promise<number> {
  const { rows } = await sql`
    with returned as (
      update job set state = 'queued', waiting = false, attempt = greatest(attempt - 1, 0), instance = null,
        lease_expires_at = null, progress = null, run_after = now()
      where ${which}
      returning id, fencing_token, agent_id, leased_at),
    noted as (
      insert into job_event (job_id, event, fencing_token, agent_id, leased_at, message)
      select id, 'released', fencing_token, agent_id, leased_at, ${reason} from returned)
    select id from returned`.execute(db)
  return rows.length
}
