import { sql } from 'kysely'
import { AppError } from '../../protocol/errors.ts'
import type { AgentView } from '../../protocol/fleet.ts'
import { displayPathName } from '../../protocol/path-name.ts'
import type { Queryable } from '../db/database.ts'
import type { FleetLink } from './fleet-link.ts'

/** All agents that are not revoked, by name. */
export async function listAgents(db: Queryable, fleet: Pick<FleetLink, 'isOnline'>): Promise<AgentView[]> {
  const { rows } = await sql<AgentRow>`
    select agent.id, agent.name, agent.draining, agent.last_seen_at as "lastSeenAt", agent.version, agent.facts,
      agent.capabilities, agent.roots, coalesce(held.amount, 0) as leases, coalesce(ended.amount, 0) as "perMinute"
    from agent
    left join (select agent_id, count(*) as amount from job where state = 'leased' group by agent_id) held
      on held.agent_id = agent.id
    left join (select agent_id, count(*) as amount from job
      where finished_at > now() - interval '1 minute' and state = 'done' group by agent_id) ended
      on ended.agent_id = agent.id
    where agent.revoked_at is null
    order by lower(agent.name), agent.id`.execute(db)
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    state: fleet.isOnline(row.id) ? (row.draining ? 'draining' : 'online') : 'offline',
    lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
    version: row.version,
    facts: row.facts,
    capabilities: row.capabilities,
    roots: row.roots.map(displayPathName),
    leases: row.leases,
    perMinute: row.perMinute,
  }))
}

type AgentRow = Omit<AgentView, 'state' | 'lastSeenAt'> & { draining: boolean; lastSeenAt: Date | null }

/** @throws AppError `not_found` */
export async function requireAgent(
  db: Queryable,
  fleet: Pick<FleetLink, 'isOnline'>,
  agentId: number,
): Promise<AgentView> {
  const agent = (await listAgents(db, fleet)).find(({ id }) => id === agentId)
  if (!agent) throw new AppError('not_found', `There is no agent ${agentId}`)
  return agent
}
