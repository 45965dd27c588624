import type { Lease } from '../../protocol/leases.ts'

/** Side effects stop this much before the coordinator may give the job to another. */
const SAFE_SHARE = 0.9

/**
 * A job this agent holds: waiting for a free slot, running, or with its report on the way.
 *
 * From the report on nothing but its answer says how the job ended. It is not renewed, because the report
 * ends the lease and a renewal would only wait for it; and it is not given up when a renewal or a hello
 * no longer knows the lease, because the answer may bring the next jobs.
 *
 * Time is counted on the monotonic clock from the moment the lease was asked for, so this side never
 * believes in a lease that the coordinator has already given up.
 */
export class HeldJob {
  readonly lease: Lease
  readonly #abort = new AbortController()
  #safeUntil: number
  #isReporting = false
  progress: { done: number; total: number | null } | undefined

  constructor(lease: Lease, askedAt: number) {
    this.lease = lease
    this.#safeUntil = askedAt + lease.ttlMs * SAFE_SHARE
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  get isReporting(): boolean {
    return this.#isReporting
  }

  startReport(): void {
    this.#isReporting = true
  }

  /** Ends the work on it, for whatever reason. */
  abort(reason: Error): void {
    this.#abort.abort(reason)
  }

  /** The coordinator does not know the lease any more, or this side is no longer sure of it. */
  lose(reason: Error): void {
    if (!this.#isReporting) this.#abort.abort(reason)
  }

  renewed(askedAt: number): void {
    this.#safeUntil = Math.max(this.#safeUntil, askedAt + this.lease.ttlMs * SAFE_SHARE)
  }

  isOverdue(now: number): boolean {
    return now >= this.#safeUntil
  }
}
