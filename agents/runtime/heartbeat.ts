import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { LeaseLostError } from '../../protocol/errors.ts'
import type { CoordinatorSocket } from './coordinator-socket.ts'
import type { HeldJob } from './held-job.ts'

/** Overdue leases are looked for this often at least, and ten times in an interval when that is shorter. */
const CHECK_MS = 500

export type HeartbeatOptions = {
  socket: CoordinatorSocket
  log: Logger
  /** Every job held now, by id. */
  held: ReadonlyMap<number, HeldJob>
  intervalMs: () => number
}

/**
 * Renews the leases this agent holds and gives up those it can no longer be sure of.
 *
 * idle → running: `start()`. One beat per interval, ±10 % so that agents do not beat together. A failed
 *   beat waits for the next; a lost or overdue lease aborts its job at once, because another agent may
 *   already be running it.
 * running → stopped: `stop()`, which waits for the beat in flight.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions
  readonly #stopping = new AbortController()
  #loop: Promise<void> | undefined

  constructor(options: HeartbeatOptions) {
    this.#options = options
  }

  start(): void {
    this.#loop ??= this.#run(this.#stopping.signal)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#loop
  }

  async #run(signal: AbortSignal): Promise<void> {
    let beatAt = 0
    let beating = false
    while (!signal.aborted) {
      const now = performance.now()
      this.#dropOverdue(now)
      if (now >= beatAt && !beating && this.#options.socket.isGreeted) {
        beatAt = now + this.#options.intervalMs() * (0.9 + Math.random() * 0.2)
        beating = true
        // Not awaited: a beat that hangs must not keep overdue leases from being dropped.
        this.#beat(signal).finally(() => {
          beating = false
        })
      }
      const pauseMs = Math.min(CHECK_MS, this.#options.intervalMs() / 10)
      await sleep(pauseMs, undefined, { signal }).catch(() => {})
    }
  }

  async #beat(signal: AbortSignal): Promise<void> {
    const { socket, held, log } = this.#options
    let askedAt = performance.now()
    const jobs = [...held.values()].filter((job) => !job.isReporting)
    try {
      const { gone } = await socket.request(
        'lease.renew',
        {
          leases: jobs.map(({ lease, progress }) => ({
            jobId: lease.jobId,
            fencingToken: lease.fencingToken,
            ...(progress ? { progress } : {}),
          })),
        },
        signal,
        () => {
          askedAt = performance.now()
        },
      )
      const lost = new Set(gone)
      for (const job of jobs) {
        if (lost.has(job.lease.jobId)) job.lose(new LeaseLostError(job.lease.jobId))
        else job.renewed(askedAt)
      }
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'heartbeat failed')
    }
  }

  #dropOverdue(now: number): void {
    for (const job of this.#options.held.values()) {
      if (job.isOverdue(now)) job.lose(new LeaseLostError(job.lease.jobId))
    }
  }
}
