import type { Logger } from 'pino'
import { LeaseLostError, toErrorBody } from '../../protocol/errors.ts'
import type { HeldJob } from './held-job.ts'
import type { Line } from './line/line.ts'

const RELEASE_LIMIT_MS = 3_000

type ReportEndOptions = {
  line: Line
  log: Logger
  /** Nobody waits for answers any more. */
  signal: AbortSignal
}

/** Reports that a job failed; resolves when it is off this agent's hands, heard or not. */
export async function reportFailure(
  { line, log, signal }: ReportEndOptions,
  job: HeldJob,
  error: unknown,
): Promise<void> {
  try {
    await line.request('job.fail', { ...job.ref, error: toErrorBody(error) }, signal)
  } catch (failure) {
    line.forget([job.ref])
    if (signal.aborted || failure instanceof LeaseLostError) return
    log.warn({ ...job.ref, err: failure }, 'could not report the end of a job')
  }
}

/** Gives jobs back for others to run; resolves when they are off this agent's hands, heard or not. */
export async function giveBack(
  { line, signal }: ReportEndOptions,
  jobs: readonly HeldJob[],
  reason: string,
): Promise<void> {
  const leases = jobs.map(({ ref }) => ref)
  const limit = AbortSignal.any([signal, AbortSignal.timeout(RELEASE_LIMIT_MS)])
  // Unheard, they are not among the leases of the next hello, and are given back by that.
  await line.request('job.release', { leases, reason: reason.slice(0, 255) }, limit).catch(() => {})
}
