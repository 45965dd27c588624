import { monitorEventLoopDelay } from 'node:perf_hooks'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Database } from '../db/database.ts'
import { readJobSummary } from '../fleet/job-summary.ts'

const RESOLUTION_MS = 10

/**
 * Numbers of this process and of its queue, for Prometheus.
 *
 * measuring: from the making until `close()`. The event loop's delay is that since the last reading: what a
 *   timer of `RESOLUTION_MS` came late.
 */
export class Metrics {
  readonly #registry = new Registry()
  readonly #loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  readonly #jobs: Gauge<'kind' | 'state'>
  readonly #delay: Gauge<'quantile'>

  constructor() {
    collectDefaultMetrics({ register: this.#registry })
    this.#jobs = new Gauge({
      name: 'hearth_jobs',
      help: 'Jobs by kind and state',
      labelNames: ['kind', 'state'],
      registers: [this.#registry],
    })
    this.#delay = new Gauge({
      name: 'hearth_event_loop_delay_seconds',
      help: 'How late the event loop was since the last reading: p50, p99 and max',
      labelNames: ['quantile'],
      registers: [this.#registry],
    })
    this.#loop.enable()
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  async read(db: Database): Promise<string> {
    for (const summary of await readJobSummary(db, [])) {
      for (const state of ['queued', 'leased', 'done', 'dead', 'cancelled'] as const) {
        this.#jobs.set({ kind: summary.kind, state }, summary[state])
      }
    }
    this.#delay.set({ quantile: '0.5' }, lateness(this.#loop.percentile(50)))
    this.#delay.set({ quantile: '0.99' }, lateness(this.#loop.percentile(99)))
    this.#delay.set({ quantile: 'max' }, lateness(this.#loop.max))
    this.#loop.reset()
    return await this.#registry.metrics()
  }

  close(): void {
    this.#loop.disable()
    this.#registry.clear()
  }
}

/** The histogram holds whole intervals in nanoseconds, the planned one included. */
function lateness(intervalNs: number): number {
  return Math.max(0, intervalNs / 1e9 - RESOLUTION_MS / 1_000)
}
