import { monitorEventLoopDelay } from 'node:perf_hooks'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { MachineState } from '../../protocol/power.ts'
import type { Database } from '../db/database.ts'
import type { DatabaseWatch } from '../db/watch/database-watch.ts'
import { listAgents } from '../fleet/agent-views.ts'
import { countJobEvents } from '../fleet/job-events.ts'
import { readJobSummary } from '../fleet/job-summary.ts'
import { DatabaseMetrics } from './database-metrics.ts'

const RESOLUTION_MS = 10

/**
 * Numbers of this process, of its queue and of the database, for Prometheus.
 *
 * measuring: from the making until `close()`. The event loop's delay is that since the last reading: what a
 *   timer of `RESOLUTION_MS` came late.
 */
export class Metrics {
  readonly #registry = new Registry()
  readonly #loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  readonly #jobs: Gauge<'kind' | 'state'>
  readonly #oldest: Gauge<'kind'>
  readonly #rate: Gauge<'kind'>
  readonly #paused: Gauge<'kind'>
  readonly #events: Gauge<'event'>
  readonly #agents: Gauge<'state'>
  readonly #delay: Gauge<'quantile'>
  readonly #database: DatabaseMetrics

  constructor() {
    collectDefaultMetrics({ register: this.#registry })
    this.#jobs = new Gauge({
      name: 'hearth_jobs',
      help: 'Jobs by kind and state',
      labelNames: ['kind', 'state'],
      registers: [this.#registry],
    })
    this.#oldest = this.#ofKinds('hearth_jobs_oldest_seconds', 'How long the oldest queued job has waited')
    this.#rate = this.#ofKinds('hearth_jobs_per_second', 'Jobs done per second over the last half minute')
    this.#paused = this.#ofKinds('hearth_jobs_paused', '1 while a person has paused the kind')
    this.#events = new Gauge({
      name: 'hearth_job_events_last_hour',
      help: 'How holdings of jobs ended other than well in the last hour: lost, died, failed, released and so on',
      labelNames: ['event'],
      registers: [this.#registry],
    })
    this.#agents = new Gauge({
      name: 'hearth_agents',
      help: 'Agents by state',
      labelNames: ['state'],
      registers: [this.#registry],
    })
    this.#delay = new Gauge({
      name: 'hearth_event_loop_delay_seconds',
      help: 'How late the event loop was since the last reading: p50, p99 and max',
      labelNames: ['quantile'],
      registers: [this.#registry],
    })
    this.#database = new DatabaseMetrics(this.#registry)
    this.#loop.enable()
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  async read(db: Database, watch: DatabaseWatch): Promise<string> {
    this.#database.set(await watch.readView())
    const agents = await listAgents(db)
    for (const state of MachineState.options) {
      this.#agents.set({ state }, agents.filter((agent) => agent.state === state).length)
    }
    this.#events.reset()
    for (const { event, count } of await countJobEvents(db)) this.#events.set({ event }, count)
    for (const summary of await readJobSummary(db, agents)) {
      const { kind, oldestAt, perSecond, paused } = summary
      this.#oldest.set({ kind }, oldestAt === null ? 0 : (Date.now() - Date.parse(oldestAt)) / 1_000)
      this.#rate.set({ kind }, perSecond)
      this.#paused.set({ kind }, paused ? 1 : 0)
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

  #ofKinds(name: string, help: string): Gauge<'kind'> {
    return new Gauge({ name, help, labelNames: ['kind'], registers: [this.#registry] })
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
