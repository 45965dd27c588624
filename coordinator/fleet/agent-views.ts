import { sql } from 'kysely'
import { AppError } from '../../protocol/errors.ts'
import type { AgentView } from '../../protocol/fleet.ts'
import { displayPathName } from '../../protocol/path-name.ts'
import type { Queryable } from '../db/database.ts'
import { isConnected } from '../hub/presence.ts'
import { listSources } from '../sources/list-sources.ts'
import { machinePower, type PowerRow, selectPower } from '../wake/machine-power.ts'
import { machineState } from '../wake/machine-state.ts'

/** All agents that are not revoked, by name. */
export async function listAgents(db: Queryable): Promise<AgentView[]> {
  const { rows } = await sql<AgentRow>`
    select agent.id, agent.name, agent.draining, ${isConnected} as connected, agent.last_seen_at as "lastSeenAt",
      agent.version, agent.facts, agent.capabilities, agent.settings, agent.models, agent.roots,
      coalesce(agent_vision.report -> 'providers', '[]') as providers,
      coalesce(held.amount, 0) as leases, coalesce(ended.amount, 0) as "perMinute", power.row as power
    from agent
    left join agent_vision on agent_vision.agent_id = agent.id
    cross join lateral (${selectPower}) power
    left join (select agent_id, count(*) as amount from job where state = 'leased' group by agent_id) held
      on held.agent_id = agent.id
    left join (select agent_id, count(*) as amount from job
      where finished_at > now() - interval '1 minute' and state = 'done' group by agent_id) ended
      on ended.agent_id = agent.id
    where agent.revoked_at is null
    order by lower(agent.name), agent.id`.execute(db)
  const sources = await listSources(db)
  return rows.map(({ draining, connected, lastSeenAt, roots, power, ...agent }) => {
    const state = machineState({ ...power, isConnected: connected, isPaused: draining })
    return {
      ...agent,
      sources: sources.get(agent.id) ?? [],
      state,
      paused: draining,
      lastSeenAt: lastSeenAt?.toISOString() ?? null,
      roots: roots.map(displayPathName),
      power: machinePower(power, state, agent.facts),
    }
  })
}

type AgentRow = Omit<AgentView, 'state' | 'paused' | 'lastSeenAt' | 'power' | 'sources'> & {
  power: PowerRow
  draining: boolean
  connected: boolean
  lastSeenAt: Date | null
}

/** @throws AppError `not_found` */
export async function requireAgent(db: Queryable, agentId: number): Promise<AgentView> {
  const agent = (await listAgents(db)).find(({ id }) => id === agentId)
  if (!agent) throw new AppError('not_found', `There is no agent ${agentId}`)
  return agent
}

/** To this coordinator or to another on the same database. */
export async function isAgentConnected(db: Queryable, agentId: number): Promise<boolean> {
  const { rows } = await sql<{ connected: boolean }>`
    select ${isConnected} as connected from agent where id = ${agentId}`.execute(db)
  return rows[0]?.connected ?? false
}
