import type { JobKind } from '../protocol/jobs.ts'
import { sidecarRestoreJob, sidecarWriteJob } from './curation/write-jobs.ts'
import { detectJob, embedJob, facesJob, segmentJob } from './detections/look-jobs.ts'
import { promptJob } from './detections/prompt-job.ts'
import { ingestJob } from './intake/ingest-job.ts'
import { createScanJob } from './intake/scan-job.ts'
import type { JobType, JobTypes } from './jobs/job-type.ts'
import { queryJob } from './search/query-job.ts'

/** Every kind of work that Hearth has. */
export function createJobTypes(): JobTypes {
  const types: Record<JobKind, JobType> = {
    'library.scan': createScanJob(),
    'file.ingest': ingestJob,
    'sidecar.write': sidecarWriteJob,
    'sidecar.restore': sidecarRestoreJob,
    'asset.detect': detectJob,
    'asset.segment': segmentJob,
    'asset.prompt': promptJob,
    'asset.embed': embedJob,
    'asset.faces': facesJob,
    'query.embed': queryJob,
  }
  return new Map(Object.entries(types))
}
