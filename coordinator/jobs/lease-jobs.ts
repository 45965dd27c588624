import { type RawBuilder, sql } from 'kysely'
import type { Lease, Slots } from '../../protocol/leases.ts'
import { type Database, prepared, type Queryable } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import type { JobType, JobTypes, LeasedJob } from './job-type.ts'
import type { KindLimits } from './kind-limits.ts'
import { releaseJobs } from './return-jobs.ts'

/** Who asks for work. */
export type Holder = {
  agentId: number
  /** Of its process: tells later whether that has ended. */
  instance: string
  models: readonly string[]
}

export type LeaseOptions = { db: Database; types: JobTypes; limits: KindLimits; ttlMs: number }

type PickedJob = LeasedJob & { priority: number; orderKey: number }

/**
 * Leases up to `slots` jobs to an agent on the database's clock: the most urgent first, within a priority
 * lane by lane in turn, within a lane the newest pictures first.
 *
 * Work on a library's files goes to its own vault agent only, work that reads originals to agents with a proved source
 * for them. Rests: what is paused, a library that is
 * offline, a kind that is at its limit, what needs a model that the agent lacks. Jobs whose subject is gone
 * are cancelled on the way.
 */
export async function leaseJobs(
  options: LeaseOptions,
  holder: Holder,
  slots: readonly Slots[],
): Promise<Lease[]> {
  const leases: Lease[] = []
  for (const slot of slots) {
    const kinds = [...options.types].filter(([, type]) => type.contract.capability === slot.capability)
    const jobs = await pick(options, holder, slot, kinds)
    for (const [kind, type] of kinds) {
      const ofKind = jobs.filter((job) => job.kind === kind)
      if (ofKind.length === 0) continue
      const inputs = await buildInputs(options.db, type, holder, ofKind)
      for (const job of ofKind) {
        const input = inputs.get(job.id)
        if (input === undefined) continue
        leases.push({
          jobId: job.id,
          kind,
          capability: slot.capability,
          priority: job.priority,
          fencingToken: job.fencingToken,
          ttlMs: options.ttlMs,
          input,
        })
      }
    }
  }
  return leases
}

async function pick(
  options: LeaseOptions,
  holder: Holder,
  slot: Slots,
  kinds: [string, JobType][],
): Promise<PickedJob[]> {
  if (kinds.length === 0) return []
  const limited = await options.limits.among(kinds.map(([kind]) => kind))
  const statement = pickStatement(holder, slot, kinds, options.ttlMs)
  const { rows } =
    limited.length === 0
      ? await statement.execute(options.db)
      : await transact(options.db, { durable: false }, async (tx) => {
          // One at a time, so that each sees what the one before has leased.
          await sql`select 1 from job_kind where kind = any(${limited}) order by kind for update`.execute(tx)
          return await statement.execute(tx)
        })
  return rows.sort((a, b) => b.priority - a.priority || b.orderKey - a.orderKey || a.id - b.id)
}

/**
 * One statement that needs no transaction around it. Each lane offers its best jobs; they are dealt out in
 * turns, and chance decides between lanes in the same turn, so that none starves when only one job is asked
 * for at a time.
 *
 * It need not reach the disk before it is answered: a lease that is lost with the machine is leased again.
 */
function pickStatement(
  holder: Holder,
  slot: Slots,
  kinds: [string, JobType][],
  ttlMs: number,
): RawBuilder<PickedJob> {
  const named = (is: (type: JobType) => boolean) => kinds.filter(([, type]) => is(type)).map(([kind]) => kind)
  return sql<PickedJob>`${prepared}
    with open_lane as materialized (
      select lane.id, lane.kind, random() as chance,
        case when job_kind.max_running is null then ${slot.count}
          else least(${slot.count}, greatest(0, job_kind.max_running - (
            select count(*) from job held join lane of on of.id = held.lane_id
            where held.state = 'leased' and of.kind = lane.kind))) end as room
      from (select set_config('synchronous_commit', 'off', true)) setting
      cross join lane
      left join library on library.id = lane.library_id
      left join job_kind on job_kind.kind = lane.kind
      where lane.kind = any(${named(() => true)})
        and (lane.model is null or lane.model = any(${[...holder.models]}))
        and exists (select 1 from agent
          where agent.id = ${holder.agentId} and not agent.draining and agent.revoked_at is null)
        and job_kind.paused is not true and library.paused is not true
        and (library.agent_id = ${holder.agentId} or lane.kind = any(${named((type) => type.contract.runsOn === 'any')}))
        and (library.agent_id = ${holder.agentId} or lane.kind <> all(${named((type) => type.contract.needs === 'original')})
          or exists (select 1 from agent_source source where source.agent_id = ${holder.agentId}
            and source.instance = ${holder.instance} and source.library_id = lane.library_id
            and source.state = 'proved'))
        and (library.state is distinct from 'offline' or lane.kind = any(${named((type) => type.runsOffline === true)}))),
    -- Of the jobs during which an agent has died, one at a time: whoever dies next is known by that one.
    suspect as materialized (
      select min(job.id) as id from job
      where job.deaths > 0 and job.state = 'queued' and not job.waiting
        and job.lane_id in (select id from open_lane where room > 0)
        and job.priority >= ${slot.minPriority ?? -1} and (${mayStart(kinds)})
        and not exists (select 1 from job held
          where held.deaths > 0 and held.state = 'leased' and held.agent_id = ${holder.agentId})),
    offered as materialized (
      select best.*, lane.kind, lane.room, lane.chance,
        row_number() over (partition by lane.id
          order by best.priority desc, best.order_key desc, best.id) as turn
      from open_lane lane cross join lateral (
        select job.id, job.priority, job.order_key from job
        where job.lane_id = lane.id and job.state = 'queued' and not job.waiting
          and (job.deaths = 0 or job.id = (select id from suspect))
          and job.priority >= ${slot.minPriority ?? -1} and (${mayStart(kinds)})
        order by job.priority desc, job.order_key desc, job.id
        limit lane.room
        for update of job skip locked) best),
    ranked as (
      select *, row_number() over (partition by kind order by priority desc, turn, chance) as place
      from offered)
    update job set
      state = 'leased',
      fencing_token = job.fencing_token + 1,
      attempt = job.attempt + 1,
      agent_id = ${holder.agentId},
      instance = ${holder.instance},
      leased_at = now(),
      started_at = coalesce(job.started_at, now()),
      lease_expires_at = now() + ${ttlMs} * interval '1 millisecond'
    where id = any (array(
      select id from ranked where place <= room order by priority desc, turn, chance limit ${slot.count}))
    returning id, kind, subject_id as "subjectId", fencing_token as "fencingToken",
      priority, order_key as "orderKey"`
}

function mayStart(kinds: [string, JobType][]): RawBuilder<unknown> {
  const conditions = kinds.flatMap(([kind, type]) =>
    type.mayStart ? [sql`(job.kind <> ${kind} or (${type.mayStart}))`] : [],
  )
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `)
}

/** What a job without a subject still holds is given up; a failure here must not keep the jobs. */
async function buildInputs(
  db: Database,
  type: JobType,
  holder: Holder,
  jobs: readonly LeasedJob[],
): Promise<Map<number, unknown>> {
  try {
    const inputs = await type.buildInputs(db, jobs)
    const without = jobs.filter((job) => !inputs.has(job.id))
    if (without.length === 0) return inputs
    const late = await transact(db, { durable: false }, async (tx) => {
      await type.lockSubjects?.(tx, without)
      const found = await type.buildInputs(tx, without)
      await cancelSubjectless(
        tx,
        without.filter((job) => !found.has(job.id)),
      )
      return found
    })
    return new Map([...inputs, ...late])
  } catch (error) {
    await releaseJobs(
      db,
      holder.agentId,
      jobs.map((job) => ({ jobId: job.id, fencingToken: job.fencingToken })),
      'Their inputs could not be read',
    )
    throw error
  }
}

async function cancelSubjectless(db: Queryable, jobs: readonly LeasedJob[]): Promise<void> {
  if (jobs.length === 0) return
  await sql`
    update job set state = 'cancelled', finished_at = now(), lease_expires_at = null, instance = null,
      error_code = 'file_missing', error_message = 'What this job was about no longer exists'
    from unnest(${jobs.map((job) => job.id)}::bigint[], ${jobs.map((job) => job.fencingToken)}::bigint[])
      as given (id, token)
    where job.id = given.id and job.fencing_token = given.token and job.state = 'leased'`.execute(db)
}
