import { sql } from 'kysely'
import { AppError } from '../../protocol/errors.ts'
import { jobContracts } from '../../protocol/jobs.ts'
import type { ScanResult } from '../../protocol/scan.ts'
import type { JobType } from '../jobs/job-type.ts'
import { enqueueScan } from './enqueue-scan.ts'
import { finishScan } from './finish-scan.ts'
import { ScanSessions } from './scan-sessions.ts'
import { startScans } from './start-scans.ts'
import { takeScanChunk } from './take-scan-chunk.ts'

/** `library.scan`: one library is walked; its running totals live in this process. */
export function createScanJob(): JobType {
  const sessions = new ScanSessions()
  const contract = jobContracts['library.scan']
  return {
    contract,
    changes: ['timeline', 'libraries'],
    leadsToWork: true,
    runsOffline: true,
    buildInputs: startScans,
    apply: (tx, job, result) =>
      finishScan(
        tx,
        sessions.get(job.id, job.fencingToken),
        { ...job, acceptMissing: job.payload.acceptMissing === true },
        result as ScanResult,
      ),
    takeChunk: (db, agentId, ref, seq, chunk) => {
      const parsed = contract.chunk.safeParse(chunk)
      if (!parsed.success)
        throw new AppError('bad_request', 'The part of a scan does not have the agreed shape')
      return takeScanChunk(db, sessions, agentId, ref, seq, parsed.data)
    },
    onDead: async (tx, jobId, reason) => {
      await sql`update scan set state = 'failed', finished_at = now(), reason = ${reason}
        where job_id = ${jobId} and state = 'running'`.execute(tx)
    },
    onLibraryOffline: async (tx, libraryId) => {
      await enqueueScan(tx, libraryId, { acceptMissing: false })
    },
    forget: (jobId) => sessions.forget(jobId),
  }
}
