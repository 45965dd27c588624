import { sql } from 'kysely'
import type { SourceView } from '../../protocol/fleet.ts'
import type { Queryable } from '../db/database.ts'

/** How each agent's process of now reads libraries that are not its own, by agent. */
export async function listSources(db: Queryable): Promise<Map<number, SourceView[]>> {
  const { rows } = await sql<Omit<SourceView, 'checkedAt'> & { agentId: number; checkedAt: Date }>`
    select source.agent_id as "agentId", source.library_id as "libraryId", library.name as "libraryName",
      source.place, source.kind, source.label, source.state, source.reason,
      source.megabytes_per_second as "megabytesPerSecond", source.first_byte_ms as "firstByteMs",
      source.checked_at as "checkedAt"
    from agent_source source
    join agent on agent.id = source.agent_id and agent.instance = source.instance
    join library on library.id = source.library_id
    order by source.agent_id, lower(library.name), library.id, source.place`.execute(db)
  const byAgent = new Map<number, SourceView[]>()
  for (const { agentId, checkedAt, ...source } of rows) {
    const views = byAgent.get(agentId) ?? []
    views.push({ ...source, checkedAt: checkedAt.toISOString() })
    byAgent.set(agentId, views)
  }
  return byAgent
}
