import { type ErrorCode, errorRules } from '../../protocol/errors.ts'

const FIRST_PAUSE_MS = 2_000
const LONGEST_PAUSE_MS = 10 * 60_000

/** What becomes of a job that failed: queued again after a pause, or dead. */
export type RetryDecision = { retry: true; afterMs: number } | { retry: false }

export type FailedJob = {
  /** How many times the job has been tried, this one included. */
  attempt: number
  /** How many of them failed for a reason that counts, this one included if it does. */
  failures: number
  maxAttempts: number
}

/** Whether a failure is one of the few after which the job is dead, or the surroundings' fault. */
export function isCounted(code: ErrorCode): boolean {
  return errorRules[code].retry !== 'always'
}

/**
 * Pauses double from 2 s to 10 min and are spread by half, so that many jobs that failed together do not
 * come back together.
 *
 * @param random in [0, 1)
 */
export function decideRetry(code: ErrorCode, job: FailedJob, random: number): RetryDecision {
  const { retry } = errorRules[code]
  if (retry === 'never' || (retry === 'later' && job.failures >= job.maxAttempts)) return { retry: false }
  const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(job.attempt - 1, 20))
  return { retry: true, afterMs: Math.round(pauseMs * (0.5 + random / 2)) }
}
