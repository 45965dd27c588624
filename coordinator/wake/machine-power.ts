import { sql } from 'kysely'
import type { HostFacts } from '../../protocol/agents.ts'
import {
  defaultWakePolicy,
  type MachinePower,
  type MachineState,
  type PowerReport,
  type WakeEvent,
  type WakePolicyChange,
} from '../../protocol/power.ts'
import { cardsOf } from './sleeper.ts'

/** Wakes of which the usual time is the median. */
const LOOKED_AT = 10

/** What is kept about one machine's power, as JSON: times are text. */
export type PowerRow = {
  policy: WakePolicyChange | null
  report: PowerReport | null
  asleepSince: string | null
  failedWakes: number
  problem: string | null
  wake: { cause: WakeEvent['cause']; startedAt: string; packets: number; answeredAt: string | null } | null
  usualMs: number | null
}

/** One column, `row`, of the agent in whose statement it stands. */
export const selectPower = sql`
  select jsonb_build_object(
    'policy', power.policy, 'report', power.report, 'asleepSince', power.asleep_since,
    'failedWakes', coalesce(power.failed_wakes, 0), 'problem', power.problem,
    'wake', (select jsonb_build_object('cause', cause, 'startedAt', started_at, 'packets', packets,
      'answeredAt', answered_at) from wake_event where agent_id = agent.id and ended_at is null),
    'usualMs', (select round(percentile_disc(0.5) within group (order by ms)) from (
      select extract(epoch from ended_at - started_at) * 1000 as ms from wake_event
      where agent_id = agent.id and outcome = 'online' order by id desc limit ${sql.lit(LOOKED_AT)}) last)
    ) as row
  from (select) nothing left join agent_power power on power.agent_id = agent.id`

export function machinePower(row: PowerRow, state: MachineState, facts: HostFacts | null): MachinePower {
  const { policy, report, asleepSince, problem, wake, usualMs } = row
  const isThere = state === 'online' || state === 'draining'
  return {
    since: isThere ? null : iso(asleepSince),
    yields: isThere ? (report?.yields ?? null) : null,
    sleepsAfterMinutes: report?.sleepsAfterMinutes ?? null,
    canSleep: report?.canSleep ?? false,
    canWake: cardsOf({ policy: { ...defaultWakePolicy, ...policy }, facts }).length > 0,
    wake: wake && {
      startedAt: iso(wake.startedAt)!,
      packets: wake.packets,
      byPerson: wake.cause !== 'work',
    },
    usualMs,
    problem,
  }
}

function iso(time: string | null): string | null {
  return time === null ? null : new Date(time).toISOString()
}
