import { sql } from 'kysely'
import { readNetworks } from '../../config/networks.ts'
import { AppError } from '../../protocol/errors.ts'
import { isSameNetwork, type Network } from '../../protocol/network.ts'
import type { PowerDetail, WakeEvent, WakePolicyChange } from '../../protocol/power.ts'
import type { Queryable } from '../db/database.ts'
import { adviseWake } from './advise-wake.ts'
import { chooseRoute, relaysFor, type WakeRoute } from './choose-route.ts'
import { needsOf } from './choose-wakes.ts'
import { mayWake } from './may-wake.ts'
import { readSleepers } from './read-sleepers.ts'
import { readWaitingLanes } from './read-waiting-lanes.ts'
import { cardsOf, type Sleeper } from './sleeper.ts'

const SHOWN_WAKES = 20

/** @throws AppError `not_found` */
export async function readPowerDetail(
  db: Queryable,
  agentId: number,
  own: readonly Network[] = readNetworks(),
): Promise<PowerDetail> {
  const machines = await readSleepers(db)
  const machine = requireMachine(machines, agentId)
  const history = await readWakes(db, agentId)
  const route = chooseRoute(machine, own, machines)
  const need = needsOf(await readWaitingLanes(db, machines), machines).get(agentId)?.need
  const now = new Date()
  const judged = mayWake(machine, need, now)
  const last = history.find(({ outcome }) => outcome !== null)
  return {
    policy: machine.policy,
    macAddresses: cardsOf(machine),
    route: route.text,
    holdsBack: machine.isConnected || machine.wake || judged.may ? null : judged.why,
    history: history.map(({ answered, ...wake }) => wake),
    advice: adviseWake({
      facts: machine.facts,
      cards: cardsOf(machine),
      reachesItsNetwork: reachesItsNetwork(machine, own, route),
      last,
    }),
    relays: relaysFor(machine, machines).map(({ id, name }) => ({ id, name })),
    clock: now.toTimeString().slice(0, 5),
  }
}

/** Changes what is given of a machine's policy; the rest stays. */
export async function changeWakePolicy(
  db: Queryable,
  agentId: number,
  change: WakePolicyChange,
): Promise<void> {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
  if (typeof given.relay === 'number') requireMachine(await readSleepers(db), given.relay)
  await sql`
    insert into agent_power (agent_id, policy) values (${agentId}, ${JSON.stringify(given)})
    on conflict (agent_id) do update set policy = agent_power.policy || excluded.policy`.execute(db)
}

export function requireMachine(machines: readonly Sleeper[], agentId: number): Sleeper {
  const machine = machines.find(({ id }) => id === agentId)
  if (!machine) throw new AppError('not_found', `There is no agent ${agentId}`)
  return machine
}

/** True where nothing is known: then it is not this that should be doubted first. */
function reachesItsNetwork({ facts, policy }: Sleeper, own: readonly Network[], route: WakeRoute): boolean {
  const its = facts?.networks ?? []
  if (its.length === 0 || route.relay || policy.addresses.length > 0) return true
  return its.some((network) => own.some((each) => isSameNetwork(network, each)))
}

/** Newest first. */
async function readWakes(db: Queryable, agentId: number): Promise<(WakeEvent & { answered: boolean })[]> {
  const { rows } = await sql<Omit<WakeEvent, 'startedAt'> & { startedAt: Date; answered: boolean }>`
    select wake.started_at as "startedAt", wake.cause, account.name as account, wake.waiting, wake.packets,
      wake.route, wake.outcome, wake.message, wake.answered_at is not null as answered,
      case when wake.outcome = 'online'
        then round(extract(epoch from wake.ended_at - wake.started_at) * 1000)::integer end as "onlineMs",
      greatest(0, round(extract(epoch from wake.started_at - wake.asleep_since) * 1000))::bigint as "sleptMs"
    from wake_event wake left join account on account.id = wake.account_id
    where wake.agent_id = ${agentId} order by wake.id desc limit ${SHOWN_WAKES}`.execute(db)
  return rows.map((row) => ({ ...row, startedAt: row.startedAt.toISOString() }))
}
