import { sql } from 'kysely'
import type { Queryable } from '../db/database.ts'
import { enqueueScan } from './enqueue-scan.ts'

const PAUSE_MINUTES = 5

/** Queues a scan of each library that has been offline for a while: only a scan finds out that it is back. */
export async function scanOfflineLibraries(db: Queryable): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    select id from library
    where state = 'offline'
      and coalesce(last_scan_at, '-infinity') < now() - make_interval(mins => ${PAUSE_MINUTES})
      and not exists (select 1 from job where kind = 'library.scan' and subject_id = library.id
        and job.state in ('queued', 'leased'))`.execute(db)
  for (const { id } of rows) await enqueueScan(db, id, { acceptMissing: false })
  return rows.length
}
