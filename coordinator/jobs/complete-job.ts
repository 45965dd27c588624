import { sql } from 'kysely'
import { AppError, LeaseLostError } from '../../protocol/errors.ts'
import { type JobKind, jobContracts } from '../../protocol/jobs.ts'
import type { LeaseRef } from '../../protocol/leases.ts'
import type { Database, DatabaseTransaction } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import { applyIngest } from '../intake/apply-ingest.ts'
import { finishScan } from '../intake/finish-scan.ts'
import type { ScanSessions } from '../intake/scan-sessions.ts'

export type FinishedJob = {
  id: number
  kind: JobKind
  subjectId: number
  libraryId: number | null
  fencingToken: number
  payload: Record<string, unknown>
}

/**
 * Takes a job's result: result, follow-up jobs and state change in one transaction.
 *
 * Doing it twice with the same token changes nothing the second time, because the answer to the first
 * may have been lost on its way.
 *
 * @throws LeaseLostError when a newer holder exists, or the job has been taken away
 * @throws AppError `bad_request` when the result does not fit the kind
 */
export async function completeJob(
  db: Database,
  sessions: ScanSessions,
  agentId: number,
  ref: LeaseRef,
  result: unknown,
): Promise<FinishedJob> {
  const finished = await transact(db, { durable: false }, async (tx) => {
    const job = await close(tx, agentId, ref)
    if (!job.alreadyDone) await apply(tx, sessions, job, result)
    return job
  })
  sessions.forget(ref.jobId)
  return finished
}

const columns = sql`id, kind, subject_id as "subjectId", library_id as "libraryId",
  fencing_token as "fencingToken", payload`

async function close(
  tx: DatabaseTransaction,
  agentId: number,
  ref: LeaseRef,
): Promise<FinishedJob & { alreadyDone: boolean }> {
  const { rows } = await sql<FinishedJob>`
    update job set state = 'done', finished_at = now(), lease_expires_at = null, lost_leases = 0,
      error_code = null, error_message = null
    where id = ${ref.jobId} and state = 'leased' and fencing_token = ${ref.fencingToken}
      and agent_id = ${agentId}
    returning ${columns}`.execute(tx)
  if (rows[0]) return { ...rows[0], alreadyDone: false }

  const { rows: done } = await sql<FinishedJob>`
    select ${columns} from job
    where id = ${ref.jobId} and state = 'done' and fencing_token = ${ref.fencingToken}
      and agent_id = ${agentId}`.execute(tx)
  if (done[0]) return { ...done[0], alreadyDone: true }
  throw new LeaseLostError(ref.jobId)
}

async function apply(
  tx: DatabaseTransaction,
  sessions: ScanSessions,
  job: FinishedJob,
  result: unknown,
): Promise<void> {
  switch (job.kind) {
    case 'library.scan':
      return finishScan(
        tx,
        sessions.get(job.id, job.fencingToken),
        { ...job, acceptMissing: job.payload.acceptMissing === true },
        parseResult(job.kind, result),
      )
    case 'file.ingest':
      return applyIngest(tx, job.subjectId, parseResult(job.kind, result))
  }
}

function parseResult<K extends JobKind>(kind: K, result: unknown) {
  const parsed = jobContracts[kind].result.safeParse(result)
  if (!parsed.success) {
    throw new AppError('bad_request', `The result of a ${kind} job does not have the agreed shape`, {
      details: parsed.error.issues.slice(0, 10),
    })
  }
  return parsed.data as ReturnType<(typeof jobContracts)[K]['result']['parse']>
}
