import type { DatabaseFacts } from '../../../protocol/database.ts'

const WINDOW_MS = 5 * 60_000

/** How long the last few minutes' questions took. Times are milliseconds of one clock, given by the caller. */
export class LatencyWindow {
  #samples: { atMs: number; tookMs: number | null }[] = []

  /** @param tookMs null: no answer came */
  add(atMs: number, tookMs: number | null): void {
    this.#samples.push({ atMs, tookMs })
    const from = this.#samples.findIndex((sample) => sample.atMs > atMs - WINDOW_MS)
    this.#samples.splice(0, from)
  }

  read(): DatabaseFacts['latency'] {
    const taken = this.#samples
      .flatMap(({ tookMs }) => (tookMs === null ? [] : [tookMs]))
      .sort((one, other) => one - other)
    return {
      p50Ms: quantile(taken, 0.5),
      p99Ms: quantile(taken, 0.99),
      measured: taken.length,
      failed: this.#samples.length - taken.length,
      minutes: WINDOW_MS / 60_000,
    }
  }
}

/** The smallest value that the given part of all values does not exceed; 0 of none. */
function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0
}
