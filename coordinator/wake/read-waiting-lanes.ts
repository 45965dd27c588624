import { sql } from 'kysely'
import type { Queryable } from '../db/database.ts'
import { laneFacts, selectLanes } from '../fleet/lane-facts.ts'
import { unservedLanes, type WaitingLane } from './choose-wakes.ts'
import type { Sleeper } from './sleeper.ts'

/** Of one lane; more are counted only where somebody's threshold is higher. */
const USUALLY_COUNTED = 10_000

/** The lanes in which jobs wait that nobody who is awake can do, and somebody who is not could. */
export async function readWaitingLanes(db: Queryable, machines: readonly Sleeper[]): Promise<WaitingLane[]> {
  const { rows: all } = await selectLanes(db)
  const lanes = unservedLanes(
    all.map((row) => ({ id: row.id, lane: laneFacts(row) })),
    machines,
  )
  if (lanes.length === 0) return []
  const enough = Math.max(USUALLY_COUNTED, ...machines.map(({ policy }) => policy.threshold))
  const { rows } = await sql<{ id: number; jobs: number; oldestAt: Date | null }>`
    select lane.id,
      (select count(*) from (select from job where job.lane_id = lane.id and state = 'queued' and not waiting
        limit ${enough}) counted) as jobs,
      (select created_at from job where job.lane_id = lane.id and state = 'queued'
        order by created_at limit 1) as "oldestAt"
    from unnest(${lanes.map(({ id }) => id)}::bigint[]) as lane (id)`.execute(db)
  const counts = new Map(rows.map((row) => [row.id, row]))
  return lanes.flatMap(({ id, lane }) => {
    const { jobs = 0, oldestAt = null } = counts.get(id) ?? {}
    return jobs > 0 && oldestAt ? [{ id, lane, jobs, oldestAt }] : []
  })
}
