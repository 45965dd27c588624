import { sql } from 'kysely'
import { type ErrorBody, LeaseLostError } from '../../protocol/errors.ts'
import { type JobKind, jobContracts } from '../../protocol/jobs.ts'
import type { LeaseRef } from '../../protocol/leases.ts'
import { storableText } from '../../protocol/media.ts'
import type { Database, DatabaseTransaction } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import { enqueueScan } from './enqueue.ts'
import { decideRetry } from './retry-policy.ts'

/** Of a reason as it is kept: a tool may have put a whole file's name or its own output into it. */
const MAX_REASON_LENGTH = 2_000

/**
 * Takes the report that a job failed: queued again with a pause, or dead, as the error's code decides.
 * A library that is away fails no job.
 *
 * @throws LeaseLostError when a newer holder exists, or the job has been taken away
 */
export async function failJob(db: Database, agentId: number, ref: LeaseRef, error: ErrorBody): Promise<void> {
  const reason = storableText(error.message.slice(0, MAX_REASON_LENGTH))
  await transact(db, { durable: false }, async (tx) => {
    const job = await tx
      .selectFrom('job')
      .select(['kind', 'attempt', 'library_id'])
      .where('id', '=', ref.jobId)
      .where('state', '=', 'leased')
      .where('fencing_token', '=', ref.fencingToken)
      .where('agent_id', '=', agentId)
      .forUpdate()
      .executeTakeFirst()
    if (!job) throw new LeaseLostError(ref.jobId)

    if (error.code === 'library_offline' && job.kind !== 'library.scan' && job.library_id !== null) {
      await restWithLibrary(tx, ref.jobId, job.library_id, reason)
      return
    }
    const decision = decideRetry(error.code, job.attempt, maxAttempts(job.kind), Math.random())
    await sql`
      update job set
        state = ${decision.retry ? 'queued' : 'dead'},
        run_after = now() + ${decision.retry ? decision.afterMs : 0} * interval '1 millisecond',
        finished_at = ${decision.retry ? null : sql`now()`},
        lease_expires_at = null, lost_leases = 0, progress = null,
        error_code = ${error.code}, error_message = ${reason}
      where id = ${ref.jobId}`.execute(tx)
    if (job.kind === 'library.scan' && !decision.retry) {
      await sql`update scan set state = 'failed', finished_at = now(), reason = ${reason}
        where job_id = ${ref.jobId} and state = 'running'`.execute(tx)
    }
  })
}

/**
 * A disk that is away says nothing about the job: it waits, uncounted, with all others of its library. The
 * first to notice asks for the scan that finds out when the disk is back.
 */
async function restWithLibrary(
  tx: DatabaseTransaction,
  jobId: number,
  libraryId: number,
  reason: string,
): Promise<void> {
  await sql`update job set state = 'queued', attempt = greatest(attempt - 1, 0), lost_leases = 0,
    lease_expires_at = null, progress = null where id = ${jobId}`.execute(tx)
  const { rows } = await sql`update library set state = 'offline', state_reason = ${reason}
    where id = ${libraryId} and state <> 'offline' returning id`.execute(tx)
  if (rows.length > 0) await enqueueScan(tx, libraryId, { acceptMissing: false })
}

function maxAttempts(kind: JobKind): number {
  return jobContracts[kind].maxAttempts
}
