import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Capability, OfferedCapability } from '../../protocol/capability.ts'
import { LeaseLostError } from '../../protocol/errors.ts'
import { type JobKind, jobContracts } from '../../protocol/jobs.ts'
import type { Lease, LeaseRef, Slots } from '../../protocol/leases.ts'
import type { CoordinatorSocket } from './coordinator-socket.ts'
import { HeldJob } from './held-job.ts'

/** Asked at least this often, whatever the hints say. */
const ASK_INTERVAL_MS = 5_000
/** Jobs held beyond those that run, so that a free slot does not wait for a round trip. */
const AHEAD_PER_SLOT = 3
/** Stopping waits this long for running jobs before it gives them back. */
const FINISH_LIMIT_MS = 10_000
/** And this long for the answer to a request for work, so that what it brings is given back. */
const ANSWER_LIMIT_MS = 2_000
const LINE_CHECK_MS = 100

export type LeaseLoopOptions = {
  socket: CoordinatorSocket
  log: Logger
  offers: readonly OfferedCapability[]
  finishLimitMs?: number
  /** Runs a held job to its end and reports it; returns the leases that came with the answer. Never throws. */
  run: (job: HeldJob, nextSlots: () => Slots[], onAsk: () => void) => Promise<Lease[]>
}

/**
 * Keeps this agent supplied with work and runs it.
 *
 * idle → working: `start()`. Asks for as many jobs as it has room for: after each hint, each finished job
 *   and every few seconds.
 * working ⇄ draining: `drain()` gives back what has not begun and asks for nothing more.
 * any → stopped: `stop()`; running jobs get ten seconds to finish, then they are aborted and given back.
 */
export class LeaseLoop {
  readonly #options: LeaseLoopOptions
  readonly #held = new Map<number, HeldJob>()
  readonly #waiting: HeldJob[] = []
  /** Jobs that take up a slot. */
  readonly #running = new Set<HeldJob>()
  /** Running jobs and those whose report is on its way. */
  readonly #unfinished = new Map<HeldJob, Promise<void>>()
  readonly #stopping = new AbortController()
  /** Ends waiting for an answer that does not come while stopping. */
  readonly #answerLimit = new AbortController()
  #draining = false
  #asking: Promise<void> | undefined
  #askAgain = false
  #loop: Promise<void> | undefined

  constructor(options: LeaseLoopOptions) {
    this.#options = options
  }

  get held(): ReadonlyMap<number, HeldJob> {
    return this.#held
  }

  heldRefs(): LeaseRef[] {
    return [...this.#held.values()].map((job) => refOf(job))
  }

  start(): void {
    this.#loop ??= this.#run(this.#stopping.signal)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#loop
    await this.#whileHeard(ANSWER_LIMIT_MS, this.#asking)
    this.#answerLimit.abort()
    await this.#giveBackWaiting('agent stops')
    await this.#whileHeard(
      this.#options.finishLimitMs ?? FINISH_LIMIT_MS,
      Promise.all(this.#unfinished.values()),
    )
    for (const job of this.#unfinished.keys()) job.abort(new Error('The agent is stopping'))
    await Promise.all(this.#unfinished.values())
  }

  /**
   * Waits for what needs the coordinator, as long as there is one: who stops everything may have ended it
   * first, and an agent that lingers would meet its successor.
   */
  async #whileHeard(limitMs: number, work: Promise<unknown> | undefined): Promise<void> {
    const done = new AbortController()
    const giveUpAt = performance.now() + limitMs
    const watch = async () => {
      while (!done.signal.aborted && this.#options.socket.isGreeted && performance.now() < giveUpAt) {
        await sleep(LINE_CHECK_MS, undefined, { signal: done.signal }).catch(() => {})
      }
    }
    await Promise.race([work, watch()])
    done.abort()
  }

  get #takesNothing(): boolean {
    return this.#draining || this.#stopping.signal.aborted
  }

  async drain(drain: boolean): Promise<void> {
    this.#draining = drain
    if (drain) await this.#giveBackWaiting('agent drains')
    else this.ask()
  }

  /** There may be work: ask now. */
  ask(): void {
    if (this.#asking) {
      this.#askAgain = true
      return
    }
    const slots = this.#freeSlots()
    if (slots.length === 0 || !this.#options.socket.isGreeted) return
    this.#asking = this.#request(slots)
      .catch((error) => {
        if (!this.#answerLimit.signal.aborted)
          this.#options.log.warn({ err: error }, 'could not ask for work')
      })
      .finally(() => {
        this.#asking = undefined
        if (this.#askAgain) {
          this.#askAgain = false
          this.ask()
        }
      })
  }

  /** Drops jobs that the coordinator says are gone. */
  revoke(jobIds: readonly number[], reason: Error): void {
    for (const id of jobIds) {
      const job = this.#held.get(id)
      if (!job) continue
      job.lose(reason)
      this.#dropWaiting(job)
    }
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.ask()
      await sleep(ASK_INTERVAL_MS * (0.9 + Math.random() * 0.2), undefined, { signal }).catch(() => {})
    }
  }

  async #request(slots: Slots[]): Promise<void> {
    let askedAt = performance.now()
    const { leases } = await this.#options.socket.request(
      'lease.request',
      { slots },
      this.#answerLimit.signal,
      () => {
        askedAt = performance.now()
      },
    )
    await this.#take(leases, askedAt)
  }

  async #take(leases: readonly Lease[], askedAt: number): Promise<void> {
    for (const lease of leases) {
      const job = new HeldJob(lease, askedAt)
      // Leased anew while the run that lost it still ends: that one holds nothing any more.
      this.#held.get(lease.jobId)?.lose(new LeaseLostError(lease.jobId))
      this.#held.set(lease.jobId, job)
      this.#waiting.push(job)
      job.signal.addEventListener('abort', () => this.#dropWaiting(job), { once: true })
    }
    if (this.#takesNothing) await this.#giveBackWaiting('agent takes no more work')
    else this.#startWaiting()
  }

  #startWaiting(): void {
    for (const job of [...this.#waiting]) {
      const capability = capabilityOf(job.lease.kind)
      const offer = this.#options.offers.find((offer) => offer.capability === capability)
      if (!offer || this.#count(this.#running, capability) >= offer.concurrency) continue
      this.#waiting.splice(this.#waiting.indexOf(job), 1)
      this.#running.add(job)
      this.#unfinished.set(job, this.#runJob(job))
    }
  }

  async #runJob(job: HeldJob): Promise<void> {
    let askedAt = performance.now()
    const nextSlots = () => {
      // Called as the report goes out: the slot is free, the lease is still held until the answer.
      this.#running.delete(job)
      if (!this.#takesNothing) this.#startWaiting()
      return this.#freeSlots()
    }
    const leases = await this.#options.run(job, nextSlots, () => {
      askedAt = performance.now()
    })
    this.#running.delete(job)
    this.#letGo(job)
    this.#unfinished.delete(job)
    await this.#take(leases, askedAt)
    this.ask()
  }

  #freeSlots(): Slots[] {
    if (this.#takesNothing) return []
    return this.#options.offers.flatMap(({ capability, concurrency }) => {
      const ahead = capability === 'scan' ? 0 : concurrency * AHEAD_PER_SLOT
      const waiting = this.#count(this.#waiting, capability)
      // Asked for in batches: one at a time would cost a transaction for each job.
      if (waiting > ahead / 2) return []
      const room = concurrency + ahead - this.#count(this.#running, capability) - waiting
      return room > 0 ? [{ capability, count: room }] : []
    })
  }

  #count(jobs: Iterable<HeldJob>, capability: Capability): number {
    let count = 0
    for (const job of jobs) if (capabilityOf(job.lease.kind) === capability) count += 1
    return count
  }

  #dropWaiting(job: HeldJob): void {
    const index = this.#waiting.indexOf(job)
    if (index < 0) return
    this.#waiting.splice(index, 1)
    this.#letGo(job)
  }

  #letGo(job: HeldJob): void {
    if (this.#held.get(job.lease.jobId) === job) this.#held.delete(job.lease.jobId)
  }

  async #giveBackWaiting(reason: string): Promise<void> {
    const jobs = this.#waiting.splice(0)
    for (const job of jobs) this.#letGo(job)
    const isTooLate = this.#stopping.signal.aborted && !this.#options.socket.isGreeted
    if (jobs.length === 0 || isTooLate) return
    await this.#options.socket
      .request('job.release', { leases: jobs.map(refOf), reason }, AbortSignal.timeout(3_000))
      .catch(() => {
        // Their leases run out by themselves.
      })
  }
}

function refOf(job: HeldJob): LeaseRef {
  return { jobId: job.lease.jobId, fencingToken: job.lease.fencingToken }
}

function capabilityOf(kind: JobKind): Capability {
  return jobContracts[kind].capability
}
