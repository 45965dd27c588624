import { sql } from 'kysely'
import { decodePathName } from '../../protocol/path-name.ts'
import type { ScanInput } from '../../protocol/scan.ts'
import type { Queryable } from '../db/database.ts'
import type { LeasedJob } from '../jobs/job-type.ts'

/** Inputs of `library.scan` jobs; opens a scan row for each and closes those that a lost lease left open. */
export async function startScans(db: Queryable, jobs: readonly LeasedJob[]): Promise<Map<number, ScanInput>> {
  const libraries = await db
    .selectFrom('library')
    .select(['id', 'root', 'ignore_globs'])
    .where('id', '=', sql<number>`any(${jobs.map((job) => job.subjectId)}::bigint[])`)
    .execute()
  const byId = new Map(libraries.map((library) => [library.id, library]))
  const inputs = new Map<number, ScanInput>()
  for (const job of jobs) {
    const library = byId.get(job.subjectId)
    if (!library) continue
    await sql`update scan set state = 'failed', finished_at = now(), reason = 'Interrupted; started again'
      where library_id = ${library.id} and state = 'running'`.execute(db)
    await db
      .insertInto('scan')
      .values({ library_id: library.id, job_id: job.id, fencing_token: job.fencingToken })
      .execute()
    inputs.set(job.id, {
      libraryId: library.id,
      root: decodePathName(library.root),
      ignoreGlobs: library.ignore_globs,
    })
  }
  return inputs
}
