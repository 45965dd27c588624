import type { Lease, LeaseRef, LogLine, Progress } from '../../../protocol/leases.ts'
import { PendingLog } from './pending-log.ts'

/** Side effects stop this much before the coordinator may give the job to another. */
const SAFE_SHARE = 0.9
/** Log lines of all jobs in one renewal, in characters; the rest waits for the next. */
const LOG_BUDGET = 500_000

/**
 * held: handed out by the coordinator; renewed with each beat.
 * held → reporting: its report goes out for the first time. From then on nothing but the answer says how the job
 *   ended. It is not renewed, because the report ends the lease and a renewal would only wait for it; and it is
 *   not given up when a renewal or a hello no longer knows the lease, because the answer brings the next jobs.
 * held → lost: the coordinator does not know it any more, or this side is no longer sure of it.
 * any → gone: the report was answered, or the coordinator handed out the same job anew.
 */
type HeldLease = LeaseRef & {
  ttlMs: number
  askedAt: number
  safeUntil: number
  isReporting: boolean
  progress: Progress | undefined
  log: PendingLog
}

export type Renewal = LeaseRef & { progress?: Progress; log?: LogLine[] }

export type HeldLeasesOptions = {
  /** See `leaseNowMs`. */
  now: () => number
  /** Others may be running these by now: their work must stop. */
  onLost: (leases: LeaseRef[]) => void
}

/**
 * The leases this agent holds and how long it may believe in them.
 *
 * Time counts from the moment a lease was asked for, so this side never believes in one that the coordinator has
 * already given up. Whoever sends anything about leases calls `dropOverdue` first.
 */
export class HeldLeases {
  readonly #options: HeldLeasesOptions
  readonly #held = new Map<number, HeldLease>()

  constructor(options: HeldLeasesOptions) {
    this.#options = options
  }

  /** @returns those of them that are still good after the way here */
  add(leases: readonly Lease[], askedAt: number): Lease[] {
    const now = this.#options.now()
    const good = leases.filter((lease) => askedAt + lease.ttlMs * SAFE_SHARE > now)
    for (const { jobId, fencingToken, ttlMs } of good) {
      this.#held.set(jobId, {
        jobId,
        fencingToken,
        ttlMs,
        askedAt,
        safeUntil: askedAt + ttlMs * SAFE_SHARE,
        isReporting: false,
        progress: undefined,
        log: new PendingLog(),
      })
    }
    return good
  }

  holds(ref: LeaseRef): boolean {
    return this.#find(ref) !== undefined
  }

  refs(): LeaseRef[] {
    return [...this.#held.values()].map(({ jobId, fencingToken }) => ({ jobId, fencingToken }))
  }

  /** @returns false when the lease is lost, and nothing may be reported of it */
  startReport(ref: LeaseRef): boolean {
    const lease = this.#find(ref)
    if (lease) lease.isReporting = true
    return lease !== undefined
  }

  letGo(refs: readonly LeaseRef[]): void {
    for (const ref of refs) if (this.holds(ref)) this.#held.delete(ref.jobId)
  }

  lose(refs: readonly LeaseRef[]): void {
    const lost = refs.filter((ref) => this.#find(ref)?.isReporting === false)
    this.letGo(lost)
    if (lost.length > 0) this.#options.onLost(lost)
  }

  /** The coordinator names jobs, not holdings, when it takes them back. */
  revoke(jobIds: readonly number[]): void {
    this.lose(jobIds.flatMap((id) => this.#held.get(id) ?? []).map(refOf))
  }

  dropOverdue(): void {
    const now = this.#options.now()
    const overdue = [...this.#held.values()].filter((lease) => now >= lease.safeUntil)
    this.lose(overdue.map(refOf))
  }

  setProgress(ref: LeaseRef, progress: Progress): void {
    const lease = this.#find(ref)
    if (lease) lease.progress = progress
  }

  addLog(ref: LeaseRef, level: LogLine['level'], message: string): void {
    const lease = this.#find(ref)
    lease?.log.add({ afterMs: this.#ageMs(lease), level, message })
  }

  /** What is left to say about a job when it is reported. */
  lastLog(ref: LeaseRef): { log?: LogLine[] } {
    const lease = this.#find(ref)
    return lease && !lease.log.isEmpty ? { log: lease.log.outgoing(this.#ageMs(lease)) } : {}
  }

  renewals(): Renewal[] {
    let budget = LOG_BUDGET
    return [...this.#held.values()]
      .filter((lease) => !lease.isReporting)
      .map((lease) => {
        const { progress } = lease
        const renewal: Renewal = { ...refOf(lease), ...(progress ? { progress } : {}) }
        if (lease.log.isEmpty || budget <= 0) return renewal
        const log = lease.log.outgoing(this.#ageMs(lease))
        budget -= log.reduce((sum, { message }) => sum + message.length, 0)
        return { ...renewal, log }
      })
  }

  /** The coordinator has renewed these and kept their lines. */
  renewed(renewals: readonly Renewal[], askedAt: number): void {
    for (const renewal of renewals) {
      const lease = this.#find(renewal)
      if (!lease) continue
      lease.safeUntil = Math.max(lease.safeUntil, askedAt + lease.ttlMs * SAFE_SHARE)
      if (renewal.log) lease.log.arrived(renewal.log)
    }
  }

  #find({ jobId, fencingToken }: LeaseRef): HeldLease | undefined {
    const lease = this.#held.get(jobId)
    return lease?.fencingToken === fencingToken ? lease : undefined
  }

  #ageMs({ askedAt }: HeldLease): number {
    return Math.max(0, Math.round(this.#options.now() - askedAt))
  }
}

function refOf({ jobId, fencingToken }: LeaseRef): LeaseRef {
  return { jobId, fencingToken }
}
