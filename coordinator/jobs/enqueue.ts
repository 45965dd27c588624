import { sql } from 'kysely'
import type { JobContract } from '../../protocol/jobs.ts'
import { prepared, type Queryable } from '../db/database.ts'

export type NewJob = {
  kind: string
  contract: Pick<JobContract, 'capability' | 'priority'>
  /** The library, file or asset it is about: one open job for each kind and subject. */
  subjectId: number
  libraryId: number | null
  /** Instead of the kind's own. */
  priority?: number
  /** Within a priority, higher goes first: seconds since 1970 of what it is about. */
  orderKey?: number
  payload?: Record<string, unknown>
  /** Only agents that have this model may run it. */
  model?: string
  /** Waits until then. */
  runAfter?: Date
  /** Waits until that job is done, and starts then. */
  afterJobId?: number
}

/**
 * Queues jobs; of those already open the more urgent priority counts, the rest stays as it is.
 *
 * @returns the new ones' ids, in the order in which they were given
 */
export async function enqueueJobs(db: Queryable, given: readonly NewJob[]): Promise<number[]> {
  if (given.length === 0) return []
  const jobs = onePerSubject(given)
  await ensureLanes(db, jobs)
  const column = <T>(of: (job: NewJob) => T): T[] => jobs.map(of)
  const { rows } = await sql<{ id: number; isNew: boolean }>`${prepared}
    with before as (
      -- Marked, and so held until we are in: its end will look for us.
      update job set followed = true
      where id = any(${column((job) => job.afterJobId ?? null)}::bigint[]) and state <> 'done'
      returning id)
    insert into job (lane_id, kind, priority, order_key, library_id, subject_id, payload, run_after, after_job_id,
      waiting)
    select lane.id, given.kind, given.priority, given.order_key, given.library_id, given.subject_id, given.payload,
      case when before.id is not null then 'infinity' else coalesce(given.run_after, now()) end,
      before.id, before.id is not null or coalesce(given.run_after > now(), false)
    from unnest(
      ${column((job) => job.kind)}::text[],
      ${column(priorityOf)}::smallint[],
      ${column((job) => job.orderKey ?? 0)}::bigint[],
      ${column((job) => job.libraryId)}::bigint[],
      ${column((job) => job.subjectId)}::bigint[],
      ${column((job) => JSON.stringify(job.payload ?? {}))}::jsonb[],
      ${column((job) => job.model ?? null)}::text[],
      ${column((job) => job.runAfter?.toISOString() ?? null)}::timestamptz[],
      ${column((job) => job.afterJobId ?? null)}::bigint[])
      with ordinality
      as given (kind, priority, order_key, library_id, subject_id, payload, model, run_after, after_job_id, place)
    join lane on lane.kind = given.kind and lane.library_id is not distinct from given.library_id
      and lane.model is not distinct from given.model
    left join before on before.id = given.after_job_id
    order by given.place
    on conflict (kind, subject_id) where state in ('queued', 'leased')
      do update set priority = excluded.priority where job.priority < excluded.priority
    returning id, xmax = 0 as "isNew"`.execute(db)
  return rows.filter((row) => row.isNew).map((row) => row.id)
}

/** One statement cannot touch a job twice: the first stands, with the most urgent priority. */
function onePerSubject(jobs: readonly NewJob[]): NewJob[] {
  const first = new Map<string, NewJob>()
  for (const job of jobs) {
    const key = `${job.kind} ${job.subjectId}`
    const before = first.get(key)
    first.set(key, before ? { ...before, priority: Math.max(priorityOf(before), priorityOf(job)) } : job)
  }
  return [...first.values()]
}

function priorityOf(job: NewJob): number {
  return job.priority ?? job.contract.priority
}

/** In a statement of its own: a lane that somebody else has just made is seen only by the next. */
async function ensureLanes(db: Queryable, jobs: readonly NewJob[]): Promise<void> {
  const lanes = new Map(jobs.map((job) => [`${job.kind} ${job.libraryId} ${job.model}`, job]))
  const column = <T>(of: (job: NewJob) => T): T[] => [...lanes.values()].map(of)
  await sql`${prepared}
    insert into lane (kind, library_id, model, capability)
    select given.* from unnest(
      ${column((job) => job.kind)}::text[],
      ${column((job) => job.libraryId)}::bigint[],
      ${column((job) => job.model ?? null)}::text[],
      ${column((job) => job.contract.capability)}::text[]) as given (kind, library_id, model, capability)
    where not exists (select 1 from lane where lane.kind = given.kind
      and lane.library_id is not distinct from given.library_id and lane.model is not distinct from given.model)
    on conflict do nothing`.execute(db)
}
