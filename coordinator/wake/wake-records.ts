import { sql } from 'kysely'
import type { WakeEvent } from '../../protocol/power.ts'
import type { Queryable } from '../db/database.ts'

/** Of one machine; older wakes are forgotten. */
const KEPT_PER_MACHINE = 100

/**
 * Notes that a machine is being woken from now on.
 *
 * @returns false when it already is, or has been revoked
 */
export async function startWake(
  db: Queryable,
  agentId: number,
  wake: { cause: WakeEvent['cause']; accountId: number | null; waiting: number },
): Promise<boolean> {
  const { rows } = await sql`
    insert into wake_event (agent_id, cause, account_id, waiting, asleep_since)
    select agent.id, ${wake.cause}, ${wake.accountId}::bigint, ${wake.waiting}, power.asleep_since
    from agent left join agent_power power on power.agent_id = agent.id
    where agent.id = ${agentId} and agent.revoked_at is null
    on conflict (agent_id) where ended_at is null do nothing
    returning id`.execute(db)
  return rows.length > 0
}

/** Before it is sent, so that never more are sent than are counted. */
export async function notePacket(db: Queryable, wakeId: number, route: string): Promise<void> {
  await sql`update wake_event set packets = packets + 1, last_packet_at = now(), route = ${route}
    where id = ${wakeId} and ended_at is null`.execute(db)
}

/** Something that went wrong on the way; the wake goes on. */
export async function noteTrouble(db: Queryable, wakeId: number, message: string): Promise<void> {
  await sql`update wake_event set message = ${message} where id = ${wakeId} and ended_at is null`.execute(db)
}

export async function noteBooting(db: Queryable, wakeId: number): Promise<void> {
  await sql`update wake_event set answered_at = now() where id = ${wakeId} and ended_at is null`.execute(db)
}

export async function cancelWake(db: Queryable, wakeId: number): Promise<void> {
  await sql`update wake_event set ended_at = now(), outcome = 'cancelled',
      message = 'The work was done elsewhere, or taken back'
    where id = ${wakeId} and ended_at is null`.execute(db)
}

/** It did not come back; `message` says so to people until it does. */
export async function giveUpWake(
  db: Queryable,
  { wakeId, agentId, message }: { wakeId: number; agentId: number; message: string },
): Promise<void> {
  await sql`
    with ended as (
      update wake_event set ended_at = now(), outcome = 'gave_up', message = coalesce(message, ${message})
      where id = ${wakeId} and ended_at is null returning message)
    insert into agent_power (agent_id, failed_wakes, problem)
    select ${agentId}, 1, message from ended
    on conflict (agent_id) do update set failed_wakes = agent_power.failed_wakes + 1, problem = excluded.problem`.execute(
    db,
  )
}

/** An agent has said hello: whatever was known about its sleep is over, and a wake has come to a good end. */
export async function noteOnline(db: Queryable, agentId: number): Promise<void> {
  await sql`
    with woken as (
      update wake_event set ended_at = now(), outcome = 'online', message = null
      where agent_id = ${agentId} and ended_at is null)
    update agent_power set asleep_since = null, not_before = null, failed_wakes = 0, problem = null, report = null
    where agent_id = ${agentId}`.execute(db)
}

export async function pruneWakes(db: Queryable): Promise<void> {
  await sql`
    delete from wake_event where id in (
      select id from (
        select id, row_number() over (partition by agent_id order by id desc) as place from wake_event) ranked
      where place > ${KEPT_PER_MACHINE})`.execute(db)
}
