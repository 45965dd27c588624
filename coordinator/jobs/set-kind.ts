import { sql } from 'kysely'
import type { Queryable } from '../db/database.ts'

/** Pauses or resumes a kind, or limits how many of it run at once; what is not given stays as it is. */
export async function setKind(
  db: Queryable,
  kind: string,
  change: { paused?: boolean | undefined; maxRunning?: number | null | undefined },
): Promise<void> {
  const { paused, maxRunning } = change
  await sql`
    insert into job_kind (kind, paused, max_running) values (${kind}, ${paused ?? false}, ${maxRunning ?? null})
    on conflict (kind) do update set
      paused = ${paused === undefined ? sql`job_kind.paused` : paused},
      max_running = ${maxRunning === undefined ? sql`job_kind.max_running` : maxRunning}`.execute(db)
}
