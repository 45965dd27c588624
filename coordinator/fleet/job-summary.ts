import { sql } from 'kysely'
import { AppError } from '../../protocol/errors.ts'
import type { AgentView, JobKindSummary } from '../../protocol/fleet.ts'
import { JobKind, type JobState, jobContracts } from '../../protocol/jobs.ts'
import type { Queryable } from '../db/database.ts'
import { type LaneRow, laneFacts, selectLanes } from './lane-facts.ts'
import { laneWaitsFor } from './waits-for.ts'

const RATE_WINDOW_SECONDS = 30
/** A rate over less than this says more about chance than about speed. */
const SHORTEST_SPAN_SECONDS = 5

/** Counts, rate and time left of each kind of job. */
export async function readJobSummary(db: Queryable, agents: readonly AgentView[]): Promise<JobKindSummary[]> {
  const lanes = await readLanes(db)
  const rates = await readRates(db)
  const settings = await readSettings(db)
  return JobKind.options.map((kind) => {
    const own = lanes.filter((lane) => lane.kind === kind)
    const count = (state: JobState): number =>
      Math.max(
        0,
        own.reduce((sum, lane) => sum + (lane.counts[state] ?? 0), 0),
      )
    const [queued, leased] = [count('queued'), count('leased')]
    const perSecond = rates.get(kind) ?? 0
    const oldest = own.flatMap((lane) => lane.oldestAt ?? []).sort((a, b) => a.getTime() - b.getTime())[0]
    return {
      kind,
      capability: jobContracts[kind].capability,
      queued,
      leased,
      done: count('done'),
      dead: count('dead'),
      cancelled: count('cancelled'),
      perSecond,
      etaSeconds:
        queued + leased === 0 ? 0 : perSecond === 0 ? null : Math.ceil((queued + leased) / perSecond),
      oldestAt: oldest?.toISOString() ?? null,
      paused: settings.get(kind)?.paused ?? false,
      maxRunning: settings.get(kind)?.max_running ?? null,
      waitsFor: whyAllWait(own, agents),
    }
  })
}

/** @throws AppError `not_found` */
export async function requireKind(
  db: Queryable,
  agents: readonly AgentView[],
  kind: JobKind,
): Promise<JobKindSummary> {
  const summary = (await readJobSummary(db, agents)).find((each) => each.kind === kind)
  if (!summary) throw new AppError('not_found', `There is no work of kind ${kind}`)
  return summary
}

type CountedLane = LaneRow & { counts: Partial<Record<JobState, number>>; oldestAt: Date | null }

/** The reason of the lane in which most wait; null when one of them can start. */
function whyAllWait(lanes: readonly CountedLane[], agents: readonly AgentView[]): string | null {
  const waiting = lanes
    .filter((lane) => (lane.counts.queued ?? 0) > 0)
    .sort((a, b) => (b.counts.queued ?? 0) - (a.counts.queued ?? 0))
  const reasons = waiting.map((lane) => laneWaitsFor(laneFacts(lane), agents))
  return reasons.includes(null) ? null : (reasons[0] ?? null)
}

async function readLanes(db: Queryable): Promise<CountedLane[]> {
  const { rows } = await selectLanes(
    db,
    sql`, (select jsonb_object_agg(state, amount) from (
        select state, sum(amount) as amount from job_tally where job_tally.lane_id = lane.id group by state) tally)
        as counts,
      (select job.created_at from job where job.lane_id = lane.id and job.state = 'queued'
        order by job.created_at limit 1) as "oldestAt"`,
  )
  return rows.map((row) => {
    const { counts, oldestAt } = row as unknown as CountedLane
    return { ...row, counts: counts ?? {}, oldestAt }
  })
}

/** Jobs done per second, over the last half minute or since the first of them in it. */
async function readRates(db: Queryable): Promise<Map<string, number>> {
  const { rows } = await sql<{ kind: string; perSecond: number }>`
    select kind, (count(*) / greatest(extract(epoch from now() - min(finished_at)),
      ${SHORTEST_SPAN_SECONDS}))::float8 as "perSecond"
    from job
    where finished_at > now() - make_interval(secs => ${RATE_WINDOW_SECONDS}) and state = 'done'
    group by kind`.execute(db)
  return new Map(rows.map(({ kind, perSecond }) => [kind, perSecond]))
}

async function readSettings(db: Queryable) {
  const rows = await db.selectFrom('job_kind').selectAll().execute()
  return new Map<string, (typeof rows)[number]>(rows.map((row) => [row.kind, row]))
}
