import type { JobKind } from '../protocol/jobs.ts'
import { sidecarRestoreJob, sidecarWriteJob } from './curation/write-jobs.ts'
import { ingestJob } from './intake/ingest-job.ts'
import { createScanJob } from './intake/scan-job.ts'
import type { JobType, JobTypes } from './jobs/job-type.ts'

/** Every kind of work that Hearth has. */
export function createJobTypes(): JobTypes {
  const types: Record<JobKind, JobType> = {
    'library.scan': createScanJob(),
    'file.ingest': ingestJob,
    'sidecar.write': sidecarWriteJob,
    'sidecar.restore': sidecarRestoreJob,
  }
  return new Map(Object.entries(types))
}
