import { sql } from 'kysely'
import { storableText } from '../../protocol/media.ts'
import type { PowerReport } from '../../protocol/power.ts'
import type { Queryable } from '../db/database.ts'
import { laneFacts, selectLanes } from '../fleet/lane-facts.ts'
import { isLaneClosed } from '../fleet/waits-for.ts'
import { storableJson } from '../intake/storable-json.ts'
import { canServe } from './choose-wakes.ts'
import { readSleepers } from './read-sleepers.ts'

/** However long an agent's owner lets it rest, it is asked again within a week. */
const LONGEST_REST_MS = 7 * 24 * 3_600_000

/**
 * Keeps what an agent says about its power.
 *
 * @returns whether it should stay awake: it wants to sleep because nothing waits for it, and something does
 */
export async function takePowerReport(db: Queryable, agentId: number, report: PowerReport): Promise<boolean> {
  const stays =
    report.state === 'sleeping' &&
    report.because === 'idle' &&
    !report.yields &&
    (await hasWorkFor(db, agentId))
  const sleeps = report.state === 'sleeping' && !stays
  await sql`
    insert into agent_power (agent_id, report, asleep_since, not_before, problem)
    values (${agentId}, ${storableJson(report)}, case when ${sleeps} then now() end,
      ${sleeps ? withinAWeek(report.notBefore) : null}::timestamptz, ${report.problem && storableText(report.problem)})
    on conflict (agent_id) do update set report = excluded.report, asleep_since = excluded.asleep_since,
      not_before = excluded.not_before, problem = excluded.problem`.execute(db)
  return stays
}

function withinAWeek(notBefore: string | null): Date | null {
  if (notBefore === null) return null
  const restMs = Date.parse(notBefore) - Date.now()
  return restMs > 0 ? new Date(Date.now() + Math.min(restMs, LONGEST_REST_MS)) : null
}

/** Whether a job waits that this agent could start now. */
async function hasWorkFor(db: Queryable, agentId: number): Promise<boolean> {
  const machine = (await readSleepers(db)).find(({ id }) => id === agentId)
  if (!machine || machine.isPaused) return false
  const { rows: all } = await selectLanes(db)
  const lanes = all.filter((row) => {
    const lane = laneFacts(row)
    return !isLaneClosed(lane) && canServe(machine, lane)
  })
  const { rows } = await sql`select from job where state = 'queued' and not waiting
    and lane_id = any(${lanes.map(({ id }) => id)}::bigint[]) limit 1`.execute(db)
  return rows.length > 0
}
