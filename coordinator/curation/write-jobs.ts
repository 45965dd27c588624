import { sql } from 'kysely'
import { jobContracts } from '../../protocol/jobs.ts'
import { SidecarWriteResult } from '../../protocol/sidecar-write.ts'
import type { DatabaseTransaction } from '../db/database.ts'
import type { JobType } from '../jobs/job-type.ts'
import { restoreInputs } from './restore-inputs.ts'
import { takeWriteResult } from './take-write-result.ts'
import { writeInputs } from './write-inputs.ts'

/** `sidecar.write`: what people have said about one asset goes into its sidecar. */
export const sidecarWriteJob: JobType = {
  contract: jobContracts['sidecar.write'],
  changes: ['timeline'],
  /** Of a sidecar that a scan has just found, or found changed, nobody knows yet what it says. */
  mayStart: sql`not exists (select 1 from asset_file file
    where file.asset_id = job.subject_id and file.role = 'sidecar' and file.state = 'found')`,
  buildInputs: writeInputs,
  apply: (tx, job, result) => takeWriteResult(tx, job, SidecarWriteResult.parse(result), false),
  onDead: noteDead,
  onCancelled: noteCancelled,
}

/** `sidecar.restore`: the version before ours is put back. */
export const sidecarRestoreJob: JobType = {
  contract: jobContracts['sidecar.restore'],
  changes: ['timeline'],
  buildInputs: restoreInputs,
  apply: (tx, job, result) => takeWriteResult(tx, job, SidecarWriteResult.parse(result), true),
  onDead: noteDead,
}

async function noteDead(tx: DatabaseTransaction, jobId: number, reason: string): Promise<void> {
  await sql`update write_back set state = 'failed', reason = coalesce(job.error_code, 'internal'),
      message = ${reason}, changed_at = now()
    from job where job.id = ${jobId} and write_back.asset_id = job.subject_id
      and write_back.state = 'pending'`.execute(tx)
}

async function noteCancelled(tx: DatabaseTransaction, jobId: number): Promise<void> {
  await sql`
    with stopped as (
      update write_back set state = 'failed', reason = 'cancelled', changed_at = now(),
        message = 'Its job was cancelled. Try again to have it written.'
      from job where job.id = ${jobId} and write_back.asset_id = job.subject_id and write_back.state = 'pending'
      returning asset_id, wanted_revision)
    insert into write_back_event (asset_id, event, revision) select asset_id, 'cancelled', wanted_revision
    from stopped`.execute(tx)
}
