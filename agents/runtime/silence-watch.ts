import { AppError } from '../../protocol/errors.ts'
import { awakeInterval } from './awake-interval.ts'
import type { HeldJob } from './held-job.ts'

/** Looked at this often within the shortest limit of any kind. */
const LOOKS_PER_LIMIT = 10
const MOST_TICK_MS = 1_000

/**
 * Ends running jobs that give no sign of life for their contract's `silenceLimitMs`.
 *
 * @param running the jobs that run now
 * @param limitsMs of all kinds that this agent runs
 * @returns ends the watch
 */
export function watchSilence(running: ReadonlySet<HeldJob>, limitsMs: readonly number[]): () => void {
  const tickMs = Math.min(MOST_TICK_MS, ...limitsMs.map((limitMs) => limitMs / LOOKS_PER_LIMIT))
  return awakeInterval(tickMs, (elapsedMs) => {
    for (const job of running) {
      const silenceLimitMs = job.handler?.contract.silenceLimitMs ?? Infinity
      job.silentMs += elapsedMs
      if (job.silentMs < silenceLimitMs || job.signal.aborted) continue
      const seconds = Math.round(silenceLimitMs / 100) / 10
      job.abort(
        new AppError('timed_out', `The ${job.lease.kind} job gave no sign of life for ${seconds} seconds`),
      )
    }
  })
}
