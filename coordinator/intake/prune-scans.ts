import { sql } from 'kysely'
import type { Queryable } from '../db/database.ts'

/** Scans of each library that stay. */
const KEPT_SCANS = 100

/** Deletes the oldest scans of each library, with what they left out. */
export async function pruneScans(db: Queryable): Promise<void> {
  await sql`
    delete from scan using (
      select id, row_number() over (partition by library_id order by id desc) as place from scan) ranked
    where scan.id = ranked.id and ranked.place > ${KEPT_SCANS} and scan.state <> 'running'`.execute(db)
}
