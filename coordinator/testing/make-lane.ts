import { sql } from 'kysely'
import type { Database } from '../db/database.ts'

/** The lane of `file.ingest` jobs of a library, or of none, for tests that write jobs themselves. */
export async function makeLane(db: Database, libraryId: number | null): Promise<number> {
  await sql`insert into lane (library_id, kind, capability) values (${libraryId}, 'file.ingest', 'ingest')
    on conflict do nothing`.execute(db)
  const { rows } = await sql<{ id: number }>`select id from lane
    where library_id is not distinct from ${libraryId} and kind = 'file.ingest' and model is null`.execute(db)
  return rows[0]!.id
}
