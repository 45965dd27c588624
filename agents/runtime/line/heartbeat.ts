import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { CoordinatorSocket } from './coordinator-socket.ts'
import type { HeldLeases, Renewal } from './held-leases.ts'
import type { SleepWatch } from './sleep-watch.ts'

/** Overdue leases are looked for this often at least, and ten times in an interval when that is shorter. */
const CHECK_MS = 500

export type HeartbeatOptions = {
  socket: CoordinatorSocket
  log: Logger
  leases: HeldLeases
  /** See `leaseNowMs`. */
  now: () => number
  intervalMs: () => number
  sleepWatch: SleepWatch
}

/**
 * Renews the leases this agent holds and gives up those it can no longer be sure of.
 *
 * idle → running: `start()`, with the first greeting. One beat per interval, ±10 % so that agents do not beat together. A failed
 *   beat waits for the next; a lost or overdue lease aborts its job at once, because another agent may
 *   already be running it.
 * running → running: this process slept for more than a beat (a suspended machine, SIGSTOP). The line may be dead
 *   without knowing it, and others may hold our jobs: who we are and what we hold is said anew.
 * running → stopped: `stop()`, which leaves a beat in flight to itself.
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

  stop(): void {
    this.#stopping.abort()
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { leases, now, intervalMs, socket, sleepWatch } = this.#options
    let beatAt = 0
    let beating = false
    sleepWatch.tick()
    while (!signal.aborted) {
      leases.dropOverdue()
      if (sleepWatch.hasSlept()) socket.redial('this process slept')
      sleepWatch.tick()
      if (now() >= beatAt && !beating && socket.isGreeted) {
        beatAt = now() + intervalMs() * (0.9 + Math.random() * 0.2)
        beating = true
        // Not awaited: a beat that hangs must not keep overdue leases from being dropped.
        this.#beat(signal).finally(() => {
          beating = false
        })
      }
      await sleep(Math.min(CHECK_MS, intervalMs() / 10), undefined, { signal }).catch(() => {})
    }
  }

  async #beat(signal: AbortSignal): Promise<void> {
    const { socket, leases, now, log } = this.#options
    let askedAt = now()
    let renewals: Renewal[] = []
    const message = () => {
      leases.dropOverdue()
      askedAt = now()
      renewals = leases.renewals()
      return { leases: renewals }
    }
    try {
      const answer = await socket.request('lease.renew', message, signal)
      const gone = new Set(answer?.gone)
      leases.lose(renewals.filter(({ jobId }) => gone.has(jobId)))
      leases.renewed(renewals, askedAt)
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'heartbeat failed')
    }
  }
}
