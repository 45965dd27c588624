import { sql } from 'kysely'
import { AppError, type ErrorBody, LeaseLostError, toErrorBody } from '../../protocol/errors.ts'
import type { LeaseRef, LogLine } from '../../protocol/leases.ts'
import { type Database, type DatabaseTransaction, prepared, type Queryable } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import { failJob } from './fail-job.ts'
import { keepLog } from './job-log.ts'
import type { FinishedJob, JobTypes } from './job-type.ts'

export type JobReport = LeaseRef & { result: unknown; log?: readonly LogLine[] | undefined }

export type Completion = {
  /** Kinds of the jobs that ended. */
  kinds: Set<string>
  refused: { jobId: number; error: ErrorBody }[]
  /** Of those refused: what nobody expected. */
  errors: unknown[]
}

/**
 * Takes results that came together: of each job result, follow-up jobs and state change in one transaction,
 * which they share as long as none fails. One that fails is taken out and does the others no harm.
 *
 * Doing it twice with the same tokens changes nothing the second time, because the answer to the first
 * may have been lost on its way.
 *
 * @param atOnce how many share a transaction at most; default: all
 */
export async function completeJobs(
  db: Database,
  types: JobTypes,
  agentId: number,
  reports: readonly JobReport[],
  atOnce = Math.max(1, reports.length),
): Promise<Completion> {
  const taking: Taking = { db, types, agentId, completion: { kinds: new Set(), refused: [], errors: [] } }
  for (let from = 0; from < reports.length; from += atOnce)
    await completeTogether(taking, reports.slice(from, from + atOnce))
  return taking.completion
}

/** Results that are being taken, and what has become of them so far. */
type Taking = { db: Database; types: JobTypes; agentId: number; completion: Completion }

async function completeTogether(taking: Taking, reports: readonly JobReport[]): Promise<void> {
  try {
    await complete(taking, reports)
  } catch (error) {
    if (reports.length === 1) await refuse(taking, reports[0]!, error)
    else for (const report of reports) await completeTogether(taking, [report])
  }
}

/**
 * A result that cannot be taken is the job's failure: it must not stay with an agent that is done with it. When the
 * database is what fails, so does this, and the leases stand.
 */
async function refuse(
  { db, types, agentId, completion }: Taking,
  report: JobReport,
  error: unknown,
): Promise<void> {
  if (!(error instanceof AppError)) completion.errors.push(error)
  completion.refused.push({ jobId: report.jobId, error: toErrorBody(error) })
  await failJob(db, types, agentId, report, toErrorBody(error), report.log).catch((late) => {
    // Taken away in this moment: then it is nobody's failure.
    if (!(late instanceof LeaseLostError)) throw late
  })
}

async function complete(
  { db, types, agentId, completion }: Taking,
  reports: readonly JobReport[],
): Promise<void> {
  const { ended, lost } = await transact(db, { durable: 'saidByWork' }, async (tx) => {
    const ended = await close(tx, agentId, reports)
    const byId = new Map(reports.map((report) => [report.jobId, report]))
    // In one order everywhere, so that two agents' results about one folder wait for each other and do not cross.
    for (const job of ended.toSorted((a, b) => a.subjectId - b.subjectId)) {
      await apply(tx, types, job, byId.get(job.id)!.result)
    }
    await keepLog(
      tx,
      reports.filter((report) => ended.some(({ id }) => id === report.jobId)),
    )
    const closed = new Set(ended.map((job) => job.id))
    return {
      ended,
      lost: await findLost(
        tx,
        agentId,
        reports.filter((report) => !closed.has(report.jobId)),
      ),
    }
  })
  for (const job of ended) {
    completion.kinds.add(job.kind)
    types.get(job.kind)?.forget?.(job.id)
  }
  for (const jobId of lost) completion.refused.push({ jobId, error: toErrorBody(new LeaseLostError(jobId)) })
}

/**
 * Says that the commit need not wait for the disk: what is lost with the machine is done again.
 * Ends the jobs whose lease stands. Jobs that came after them may start, and earlier deaths of a job about
 * the same thing are settled.
 */
async function close(tx: Queryable, agentId: number, reports: readonly JobReport[]): Promise<FinishedJob[]> {
  const { rows } = await sql<FinishedJob & { followed: boolean }>`${prepared}
    with ended as (
      update job set state = 'done', finished_at = now(), lease_expires_at = null, instance = null, deaths = 0,
        error_code = null, error_message = null
      from unnest(${reports.map((report) => report.jobId)}::bigint[],
        ${reports.map((report) => report.fencingToken)}::bigint[]) as given (id, token),
        (select set_config('synchronous_commit', 'off', true)) setting
      where job.id = given.id and job.fencing_token = given.token and job.agent_id = ${agentId}
        and job.state = 'leased'
      returning job.id, job.kind, job.subject_id, job.library_id, job.fencing_token, job.payload, job.followed),
    settled as (
      update job set state = 'cancelled', error_message = 'A later job about the same thing succeeded' from ended
      where job.kind = ended.kind and job.subject_id = ended.subject_id and job.state = 'dead'
      returning job.id),
    noted as (insert into job_event (job_id, event) select id, 'superseded' from settled)
    select id, kind, subject_id as "subjectId", library_id as "libraryId", fencing_token as "fencingToken", payload, followed
    from ended`.execute(tx)
  const followed = rows.filter((row) => row.followed).map((row) => row.id)
  if (followed.length > 0) await freeFollowers(tx, followed)
  return rows
}

/** In a statement of its own, which sees those that were queued while the one before waited for its row. */
async function freeFollowers(tx: Queryable, ended: readonly number[]): Promise<void> {
  await sql`update job set waiting = false, run_after = now()
    where after_job_id = any(${[...ended]}::bigint[]) and state = 'queued'`.execute(tx)
}

async function apply(
  tx: DatabaseTransaction,
  types: JobTypes,
  job: FinishedJob,
  result: unknown,
): Promise<void> {
  const type = types.get(job.kind)
  if (!type) throw new AppError('internal', `This coordinator knows no jobs of kind ${job.kind}`)
  const parsed = type.contract.result.safeParse(result)
  if (!parsed.success) {
    throw new AppError('bad_request', `The result of a ${job.kind} job does not have the agreed shape`, {
      details: parsed.error.issues.slice(0, 10),
    })
  }
  await type.apply(tx, job, parsed.data)
}

/** Of those that did not end now: which have not ended with the same token before. */
async function findLost(tx: Queryable, agentId: number, reports: readonly JobReport[]): Promise<number[]> {
  if (reports.length === 0) return []
  const { rows } = await sql<{ id: number }>`
    select given.id from unnest(${reports.map((report) => report.jobId)}::bigint[],
      ${reports.map((report) => report.fencingToken)}::bigint[]) as given (id, token)
    left join job on job.id = given.id and job.fencing_token = given.token and job.agent_id = ${agentId}
      and job.state = 'done'
    where job.id is null`.execute(tx)
  return rows.map((row) => row.id)
}
