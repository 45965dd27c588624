import { sql } from 'kysely'
import type { Database } from '../db/database.ts'

/** As if an agent were connected to some coordinator that lives. */
export async function markConnected(db: Database, agentId: number): Promise<void> {
  await sql`
    with other as (insert into coordinator (id, url, host, version)
      values (gen_random_uuid(), 'http://127.0.0.1', 'other', 'test') returning id)
    update agent set coordinator_id = other.id from other where agent.id = ${agentId}`.execute(db)
}
