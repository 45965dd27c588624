import { sql } from 'kysely'
import type { JobEvent } from '../../protocol/fleet.ts'
import type { Queryable } from '../db/database.ts'

/** What became of holdings in the last hour, where it was not simply `done`. */
export async function countJobEvents(db: Queryable): Promise<{ event: JobEvent['event']; count: number }[]> {
  const { rows } = await sql<{ event: JobEvent['event']; count: number }>`
    select event, count(*) as count from job_event where at > now() - interval '1 hour' group by event`.execute(
    db,
  )
  return rows
}
