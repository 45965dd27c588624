import { sql } from 'kysely'
import { type ErrorBody, LeaseLostError } from '../../protocol/errors.ts'
import type { LeaseRef, LogLine } from '../../protocol/leases.ts'
import { storableText } from '../../protocol/media.ts'
import type { Database, DatabaseTransaction } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import { keepLog } from './job-log.ts'
import type { JobTypes } from './job-type.ts'
import { decideRetry, isCounted } from './retry-policy.ts'

/** Of a reason as it is kept: a tool may have put a whole file's name or its own output into it. */
const MAX_REASON_LENGTH = 2_000
const DEFAULT_MAX_ATTEMPTS = 5

/**
 * Takes the report that a job failed: queued again with a pause, or dead, as the error's code decides.
 * A library that is away fails no job.
 *
 * @throws LeaseLostError when a newer holder exists, or the job has been taken away
 */
export async function failJob(
  db: Database,
  types: JobTypes,
  agentId: number,
  ref: LeaseRef,
  error: ErrorBody,
  log?: readonly LogLine[],
): Promise<void> {
  const reason = storableText(error.message.slice(0, MAX_REASON_LENGTH))
  await transact(db, { durable: false }, async (tx) => {
    const job = await tx
      .selectFrom('job')
      .select(['kind', 'attempt', 'failures', 'library_id'])
      .where('id', '=', ref.jobId)
      .where('state', '=', 'leased')
      .where('fencing_token', '=', ref.fencingToken)
      .where('agent_id', '=', agentId)
      .forUpdate()
      .executeTakeFirst()
    if (!job) throw new LeaseLostError(ref.jobId)
    await keepLog(tx, [{ ...ref, log }])
    await sql`insert into job_event (job_id, event, fencing_token, agent_id, leased_at, error_code, message)
      select id, 'failed', fencing_token, agent_id, leased_at, ${error.code}, ${reason}
      from job where id = ${ref.jobId}`.execute(tx)

    const type = types.get(job.kind)
    if (error.code === 'library_offline' && type && !type.runsOffline && job.library_id !== null) {
      await restWithLibrary(tx, types, ref.jobId, job.library_id, reason)
      return
    }
    const failures = job.failures + (isCounted(error.code) ? 1 : 0)
    const maxAttempts = type?.contract.maxAttempts ?? DEFAULT_MAX_ATTEMPTS
    const decision = decideRetry(error.code, { attempt: job.attempt, failures, maxAttempts }, Math.random())
    await sql`
      update job set
        state = ${decision.retry ? 'queued' : 'dead'}, waiting = ${decision.retry},
        run_after = now() + ${decision.retry ? decision.afterMs : 0} * interval '1 millisecond',
        finished_at = ${decision.retry ? null : sql`now()`},
        lease_expires_at = null, instance = null, failures = ${failures}, deaths = 0, progress = null,
        error_code = ${error.code}, error_message = ${reason}
      where id = ${ref.jobId}`.execute(tx)
    if (!decision.retry) await type?.onDead?.(tx, ref.jobId, reason)
  })
}

/**
 * A disk that is away says nothing about the job: it waits, uncounted, with all others of its library. The
 * first to notice asks for the work that finds out when the disk is back.
 */
async function restWithLibrary(
  tx: DatabaseTransaction,
  types: JobTypes,
  jobId: number,
  libraryId: number,
  reason: string,
): Promise<void> {
  await sql`update job set state = 'queued', attempt = greatest(attempt - 1, 0), deaths = 0,
    lease_expires_at = null, instance = null, progress = null where id = ${jobId}`.execute(tx)
  const { rows } = await sql`update library set state = 'offline', state_reason = ${reason}
    where id = ${libraryId} and state <> 'offline' returning id`.execute(tx)
  if (rows.length === 0) return
  for (const type of types.values()) await type.onLibraryOffline?.(tx, libraryId)
}
