import { type ErrorCode, errorRules } from '../../protocol/errors.ts'

const FIRST_PAUSE_MS = 2_000
const LONGEST_PAUSE_MS = 10 * 60_000

/** What becomes of a job that failed: queued again after a pause, or dead. */
export type RetryDecision = { retry: true; afterMs: number } | { retry: false }

/**
 * Pauses double from 2 s to 10 min and are spread by half, so that many jobs that failed together do not
 * come back together.
 *
 * @param attempt how many times the job has been tried, this one included
 * @param random in [0, 1)
 */
export function decideRetry(
  code: ErrorCode,
  attempt: number,
  maxAttempts: number,
  random: number,
): RetryDecision {
  if (errorRules[code].retry === 'never' || attempt >= maxAttempts) return { retry: false }
  const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1))
  return { retry: true, afterMs: Math.round(pauseMs * (0.5 + random / 2)) }
}
