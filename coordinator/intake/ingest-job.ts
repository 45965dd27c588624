import { sql } from 'kysely'
import type { IngestResult } from '../../protocol/ingest.ts'
import { jobContracts } from '../../protocol/jobs.ts'
import type { JobType } from '../jobs/job-type.ts'
import { applyIngest } from './apply-ingest.ts'
import { ingestInputs } from './ingest-inputs.ts'

/** `file.ingest`: one file is read once. */
export const ingestJob: JobType = {
  contract: jobContracts['file.ingest'],
  changes: ['timeline'],
  /**
   * A known file that has changed is not read while its library is being scanned: whether it is another one,
   * moved over it, shows when the scan knows what is missing.
   */
  mayStart: sql`job.library_id <> all (array(
      select scan.subject_id from job scan where scan.kind = 'library.scan' and scan.state = 'leased'))
    or (select file.content_hash is null from asset_file file where file.id = job.subject_id) is not false`,
  buildInputs: ingestInputs,
  /** A scan that has just found such a file again has seen that it has a job and queued none: wait for it. */
  lockSubjects: async (tx, jobs) => {
    await sql`select 1 from folder where id in (
        select folder_id from asset_file where id = any(${jobs.map((job) => job.subjectId)}::bigint[]))
      order by id for share`.execute(tx)
  },
  apply: (tx, job, result) => applyIngest(tx, job.subjectId, result as IngestResult),
}
