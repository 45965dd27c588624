import { sql } from 'kysely'
import type { Queryable } from '../db/database.ts'

/** Ends scans that nobody runs any more: their job was cancelled, given up, or has another holder. */
export async function closeScans(db: Queryable): Promise<void> {
  await sql`
    update scan set state = 'failed', finished_at = now(), reason = 'It was ended before it came to its end'
    where state = 'running' and not exists (
      select 1 from job where job.id = scan.job_id and job.fencing_token = scan.fencing_token
        and job.state = 'leased')`.execute(db)
}
