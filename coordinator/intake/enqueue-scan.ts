import { sql } from 'kysely'
import { jobContracts } from '../../protocol/jobs.ts'
import type { Queryable } from '../db/database.ts'
import { enqueueJobs } from '../jobs/enqueue.ts'

/**
 * Queues a scan, or returns the one that is already open.
 *
 * @param options.acceptMissing a person has confirmed that files which are gone are meant to be gone
 */
export async function enqueueScan(
  db: Queryable,
  libraryId: number,
  options: { acceptMissing: boolean },
): Promise<number> {
  for (;;) {
    const [id] = await enqueueJobs(db, [
      {
        kind: 'library.scan',
        contract: jobContracts['library.scan'],
        subjectId: libraryId,
        libraryId,
        payload: options,
      },
    ])
    if (id !== undefined) return id
    const { rows } = await sql<{ id: number }>`
      update job set payload = case when ${options.acceptMissing} then ${JSON.stringify(options)}::jsonb else payload end
      where kind = 'library.scan' and subject_id = ${libraryId} and state in ('queued', 'leased')
      returning id`.execute(db)
    // None: the open one has ended in this moment.
    if (rows[0]) return rows[0].id
  }
}
