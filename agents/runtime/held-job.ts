import type { Lease, LeaseRef } from '../../protocol/leases.ts'
import type { BoundHandler } from './job-handler.ts'

/** This agent gives a job back for another to run; nothing is wrong with the job. */
export class GivenBackError extends Error {}

/**
 * A job this agent holds: waiting for a free slot, running, or with its report on the way.
 *
 * Whether its lease is still good is known in the line's thread (`HeldLeases`); here it is the work.
 */
export class HeldJob {
  readonly lease: Lease
  /** Undefined for a kind that this agent cannot run. */
  readonly handler: BoundHandler | undefined
  readonly #abort = new AbortController()
  /** Since its last sign of life; counted while it runs. */
  silentMs = 0
  /** Of the lines in its own log so far. */
  logBytes = 0

  constructor(lease: Lease, handler: BoundHandler | undefined) {
    this.lease = lease
    this.handler = handler
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  get ref(): LeaseRef {
    return { jobId: this.lease.jobId, fencingToken: this.lease.fencingToken }
  }

  isHolding({ jobId, fencingToken }: LeaseRef): boolean {
    return this.lease.jobId === jobId && this.lease.fencingToken === fencingToken
  }

  showLife(): void {
    this.silentMs = 0
  }

  /**
   * Ends the work on it; the first reason counts. `LeaseLostError`: nothing is reported. `GivenBackError`: it is
   * given back. Anything else is how it failed.
   */
  abort(reason: Error): void {
    this.#abort.abort(reason)
  }
}
