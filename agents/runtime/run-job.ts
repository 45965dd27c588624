import type { Logger } from 'pino'
import { AppError, LeaseLostError, toErrorBody } from '../../protocol/errors.ts'
import { type JobKind, jobContracts } from '../../protocol/jobs.ts'
import type { Lease, Slots } from '../../protocol/leases.ts'
import type { CoordinatorHttp } from './coordinator-http.ts'
import type { CoordinatorSocket } from './coordinator-socket.ts'
import type { HeldJob } from './held-job.ts'
import type { JobContext, JobHandler, JobHandlers } from './job-handler.ts'

export type RunJobOptions = {
  socket: CoordinatorSocket
  http: CoordinatorHttp
  handlers: JobHandlers
  log: Logger
}

/**
 * Runs a held job and reports how it ended.
 *
 * @param nextSlots how many jobs the agent has room for once this one is off its hands
 * @param onAsk called when the report goes out, and again when it has to be sent again
 * @returns leases that came with the answer to the report
 */
export async function runJob(
  options: RunJobOptions,
  job: HeldJob,
  nextSlots: () => Slots[],
  onAsk: () => void = () => {},
): Promise<Lease[]> {
  const { socket } = options
  const { jobId, fencingToken, kind } = job.lease
  const log = options.log.child({ jobId, kind, fencingToken })
  const ref = { jobId, fencingToken }
  try {
    const result = await handle(options, job, log)
    job.signal.throwIfAborted()
    job.startReport()
    const { leases } = await socket.request(
      'job.complete',
      { ...ref, result, slots: nextSlots() },
      job.signal,
      onAsk,
    )
    return leases
  } catch (error) {
    if (error instanceof LeaseLostError || job.signal.reason instanceof LeaseLostError) {
      log.warn('the lease is gone; dropping the job')
      return []
    }
    // Stopping, and nobody to give it back to: its lease runs out by itself.
    if (job.signal.aborted && !socket.isGreeted) return []
    if (!job.signal.aborted) job.startReport()
    const report = job.signal.aborted
      ? socket.request('job.release', { leases: [ref], reason: 'agent stops' }, AbortSignal.timeout(3_000))
      : socket.request('job.fail', { ...ref, error: toErrorBody(error) }, job.signal)
    if (!(error instanceof AppError) && !job.signal.aborted)
      log.error({ err: error }, 'job failed unexpectedly')
    await report.catch((failure) => {
      if (!(failure instanceof LeaseLostError))
        log.warn({ err: failure }, 'could not report the end of the job')
    })
    return []
  }
}

async function handle(options: RunJobOptions, job: HeldJob, log: Logger): Promise<unknown> {
  const kind: JobKind = job.lease.kind
  const handler = options.handlers[kind] as JobHandler | undefined
  if (!handler) throw new AppError('refused_by_agent', `This agent has no handler for ${kind} jobs`)
  const input = jobContracts[kind].input.safeParse(job.lease.input)
  if (!input.success)
    throw new AppError('bad_request', `The input of a ${kind} job does not have the agreed shape`)
  return handler(input.data, contextOf(options, job, log))
}

function contextOf(options: RunJobOptions, job: HeldJob, log: Logger): JobContext {
  let seq = 0
  return {
    signal: job.signal,
    log,
    sendChunk: (chunk) => {
      const { jobId, fencingToken } = job.lease
      return options.socket.request('job.chunk', { jobId, fencingToken, seq: seq++, chunk }, job.signal)
    },
    reportProgress: (done, total) => {
      job.progress = { done, total }
    },
    storeDerived: (files) => options.http.storeDerived(files, job.signal),
  }
}
