import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Database } from '../../db/database.ts'

/** Until somebody in this database waits for a lock that somebody else holds. Needs a server: it asks beside them. */
export async function untilBlocked(db: Database): Promise<void> {
  for (;;) {
    const { rows } = await sql`select 1 from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(db)
    if (rows.length > 0) return
    await sleep(5)
  }
}
