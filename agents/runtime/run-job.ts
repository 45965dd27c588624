import type { Logger } from 'pino'
import { AppError, LeaseLostError } from '../../protocol/errors.ts'
import { type JobPolicy, refusalOf } from '../policy/judge-job.ts'
import type { CoordinatorHttp } from './coordinator-http.ts'
import { GivenBackError, type HeldJob } from './held-job.ts'
import type { JobContext } from './job-handler.ts'
import { createJobLog } from './job-log.ts'
import type { Line } from './line/line.ts'
import type { ProgressSender } from './progress-sender.ts'

/** A handler that is still running so long after its job was aborted is left behind. */
const ABORT_GRACE_MS = 10_000

export type RunJobOptions = {
  line: Line
  http: CoordinatorHttp
  progress: ProgressSender
  log: Logger
  /** What the owner of this machine allows. */
  policy: JobPolicy
  abortGraceMs?: number
}

export type JobOutcome =
  | { type: 'done'; result: unknown }
  | { type: 'failed'; error: unknown }
  | { type: 'givenBack'; reason: string }
  | { type: 'lost' }

/** Runs a held job; never throws. */
export async function runJob(options: RunJobOptions, job: HeldJob): Promise<JobOutcome> {
  const context = contextOf(options, job)
  try {
    const result = await unlessLeft(
      callHandler(options.policy, job, context),
      job.signal,
      options.abortGraceMs,
    )
    job.signal.throwIfAborted()
    return { type: 'done', result }
  } catch (error) {
    return outcomeOf(job.signal.aborted ? job.signal.reason : error, context)
  }
}

async function callHandler(
  policy: JobPolicy,
  { lease, handler }: HeldJob,
  context: JobContext,
): Promise<unknown> {
  const { kind } = lease
  if (!handler) throw new AppError('refused_by_agent', `This agent has no handler for ${kind} jobs`)
  const input = handler.contract.input.safeParse(lease.input)
  if (!input.success)
    throw new AppError('bad_request', `The input of a ${kind} job does not have the agreed shape`)
  const refusal = refusalOf(policy, lease, input.data)
  if (refusal !== undefined) throw new AppError('refused_by_agent', `The agent refuses this job: ${refusal}`)
  return handler.run(input.data, context)
}

function outcomeOf(error: unknown, { log }: JobContext): JobOutcome {
  if (error instanceof LeaseLostError) {
    log.warn('the lease is gone; dropping the job')
    return { type: 'lost' }
  }
  if (error instanceof GivenBackError) return { type: 'givenBack', reason: error.message }
  if (error instanceof AppError && error.code === 'source_unavailable') {
    return { type: 'givenBack', reason: error.message }
  }
  if (error instanceof AppError && error.code === 'refused_by_agent') {
    log.warn({ reason: error.message }, 'refused a job')
  }
  if (!(error instanceof AppError)) log.error({ err: error }, 'job failed unexpectedly')
  return { type: 'failed', error }
}

/** Waits for a handler to its end, but not for ever once its job is aborted. */
function unlessLeft<T>(work: Promise<T>, signal: AbortSignal, graceMs: number = ABORT_GRACE_MS): Promise<T> {
  return new Promise((resolve, reject) => {
    let limit: NodeJS.Timeout | undefined
    const onAbort = () => {
      limit = setTimeout(() => reject(signal.reason), graceMs)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => {
      clearTimeout(limit)
      signal.removeEventListener('abort', onAbort)
    })
  })
}

function contextOf({ line, http, progress, log: processLog }: RunJobOptions, job: HeldJob): JobContext {
  const { jobId, kind, fencingToken } = job.lease
  let seq = 0
  let log: Logger | undefined
  return {
    signal: job.signal,
    ref: job.ref,
    // Made when it is needed: most jobs have nothing to say, and there may be thousands in a second.
    get log() {
      log ??= createJobLog(processLog, { jobId, kind, fencingToken }, (level, text) => {
        job.logBytes += Buffer.byteLength(text)
        line.log(job.ref, level, text)
      })
      return log
    },
    async sendChunk(chunk) {
      const answer = await line.request('job.chunk', { jobId, fencingToken, seq: seq++, chunk }, job.signal)
      job.showLife()
      return answer
    },
    reportProgress(done, total) {
      if (progress.report(job, { done, total })) job.showLife()
    },
    async storeDerived(files) {
      await http.storeDerived(files, job.signal)
      job.showLife()
    },
  }
}
