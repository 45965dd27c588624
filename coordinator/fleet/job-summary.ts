import { sql } from 'kysely'
import type { AgentView, JobKindSummary } from '../../protocol/fleet.ts'
import { JobKind, type JobState, jobContracts } from '../../protocol/jobs.ts'
import type { Queryable } from '../db/database.ts'
import { waitsForNode } from './waits-for.ts'

const RATE_WINDOW_SECONDS = 30
/** A rate over less than this says more about chance than about speed. */
const SHORTEST_SPAN_SECONDS = 5

/** Counts, rate and time left of each kind of job. */
export async function readJobSummary(db: Queryable, agents: readonly AgentView[]): Promise<JobKindSummary[]> {
  const [counts, rates] = [await readCounts(db), await readRates(db)]
  return JobKind.options.map((kind) => {
    const count = (state: JobState): number => Math.max(0, counts.get(`${kind} ${state}`) ?? 0)
    const { capability } = jobContracts[kind]
    const [queued, leased] = [count('queued'), count('leased')]
    const perSecond = rates.get(kind) ?? 0
    return {
      kind,
      capability,
      queued,
      leased,
      done: count('done'),
      dead: count('dead'),
      cancelled: count('cancelled'),
      perSecond,
      etaSeconds:
        queued + leased === 0 ? 0 : perSecond === 0 ? null : Math.ceil((queued + leased) / perSecond),
      waitsFor: queued === 0 ? null : waitsForNode(capability, agents),
    }
  })
}

async function readCounts(db: Queryable): Promise<Map<string, number>> {
  const { rows } = await sql<{ kind: string; state: string; amount: number }>`
    select kind, state, sum(amount)::bigint as amount from job_tally group by kind, state`.execute(db)
  return new Map(rows.map(({ kind, state, amount }) => [`${kind} ${state}`, amount]))
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
