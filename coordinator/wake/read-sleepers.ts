import { sql } from 'kysely'
import { defaultWakePolicy, type WakePolicyChange } from '../../protocol/power.ts'
import type { Queryable } from '../db/database.ts'
import { isConnected } from '../hub/presence.ts'
import type { RunningWake, Sleeper } from './sleeper.ts'

type SleeperRow = Omit<Sleeper, 'policy' | 'wake'> & {
  policy: WakePolicyChange | null
  wakeId: number | null
} & { [K in Exclude<keyof RunningWake, 'id'>]: RunningWake[K] | null }

/** All machines that are paired and not revoked, with how they sleep and are woken. */
export async function readSleepers(db: Queryable): Promise<Sleeper[]> {
  const { rows } = await sql<SleeperRow>`
    select agent.id, agent.name, agent.facts, agent.capabilities, agent.models,
      agent.draining as "isPaused", ${isConnected} as "isConnected",
      power.policy, power.report, power.asleep_since as "asleepSince", power.not_before as "notBefore",
      coalesce(power.failed_wakes, 0) as "failedWakes",
      wake.id as "wakeId", wake.cause, wake.started_at as "startedAt", wake.packets,
      wake.last_packet_at as "lastPacketAt", wake.answered_at as "answeredAt",
      (select ended_at from wake_event where agent_id = agent.id and ended_at is not null
        order by id desc limit 1) as "lastWakeEndedAt"
    from agent
    left join agent_power power on power.agent_id = agent.id
    left join wake_event wake on wake.agent_id = agent.id and wake.ended_at is null
    where agent.revoked_at is null
    order by agent.id`.execute(db)
  return rows.map(({ wakeId, cause, startedAt, packets, lastPacketAt, answeredAt, policy, ...row }) => ({
    ...row,
    policy: { ...defaultWakePolicy, ...policy },
    wake:
      wakeId === null
        ? null
        : { id: wakeId, cause: cause!, startedAt: startedAt!, packets: packets!, lastPacketAt, answeredAt },
  }))
}
