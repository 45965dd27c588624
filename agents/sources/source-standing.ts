import { AppError, toErrorBody } from '../../protocol/errors.ts'
import type { SourceReport } from '../../protocol/sources.ts'

const MINUTE_MS = 60_000
const FIRST_PAUSE_MS = MINUTE_MS / 2
const LONGEST_PAUSE_MS = 60 * MINUTE_MS
/** Servers lock accounts after a few wrong passwords. */
const FIRST_LOGIN_PAUSE_MS = 15 * MINUTE_MS
const MAX_REASON_LENGTH = 1_000

export type Measured = Pick<SourceReport, 'megabytesPerSecond' | 'firstByteMs'>

/** How a source stands for one library. Times are of a clock that only goes forward, in ms. */
export type Standing =
  | { state: 'untried' }
  | { state: 'proved'; measured: Measured; atMs: number }
  | { state: 'failed'; reason: string; failures: number; retryAtMs: number }

/**
 * A source that failed rests, and is tried again after pauses that double from half a minute to an hour.
 *
 * @param random in [0, 1): many machines that lost one server do not come back together
 */
export function afterFailure(before: Standing, error: unknown, nowMs: number, random: number): Standing {
  const failures = before.state === 'failed' ? before.failures + 1 : 1
  const isLogin = error instanceof AppError && error.code === 'unauthenticated'
  const firstMs = isLogin ? FIRST_LOGIN_PAUSE_MS : FIRST_PAUSE_MS
  const pauseMs = Math.min(LONGEST_PAUSE_MS, firstMs * 2 ** Math.min(failures - 1, 20))
  const reason = toErrorBody(error).message.slice(0, MAX_REASON_LENGTH)
  return { state: 'failed', reason, failures, retryAtMs: nowMs + pauseMs * (0.75 + random / 2) }
}

/** Whether it should be tried now. */
export function isDue(standing: Standing, nowMs: number): boolean {
  return standing.state === 'untried' || (standing.state === 'failed' && standing.retryAtMs <= nowMs)
}

const unmeasured: Measured = { megabytesPerSecond: null, firstByteMs: null }

export function reportOf(standing: Standing): Pick<SourceReport, 'state' | 'reason'> & Measured {
  return {
    state: standing.state,
    reason: standing.state === 'failed' ? standing.reason : null,
    ...(standing.state === 'proved' ? standing.measured : unmeasured),
  }
}
