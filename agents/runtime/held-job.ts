import type { Lease } from '../../protocol/leases.ts'

/** Side effects stop this much before the coordinator may give the job to another. */
const SAFE_SHARE = 0.9

/**
 * A job this agent holds: waiting for a free slot, or running.
 *
 * Time is counted on the monotonic clock from the moment the lease was asked for, so this side never
 * believes in a lease that the coordinator has already given up.
 */
export class HeldJob {
  readonly lease: Lease
  readonly #abort = new AbortController()
  #safeUntil: number
  progress: { done: number; total: number | null } | undefined

  constructor(lease: Lease, askedAt: number) {
    this.lease = lease
    this.#safeUntil = askedAt + lease.ttlMs * SAFE_SHARE
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  abort(reason: Error): void {
    this.#abort.abort(reason)
  }

  renewed(askedAt: number): void {
    this.#safeUntil = askedAt + this.lease.ttlMs * SAFE_SHARE
  }

  isOverdue(now: number): boolean {
    return now >= this.#safeUntil
  }
}
