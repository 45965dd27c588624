import type { Capability, OfferedCapability } from '../../protocol/capability.ts'
import { priorities } from '../../protocol/jobs.ts'
import type { Slots } from '../../protocol/leases.ts'
import type { HeldJob } from './held-job.ts'

/** Jobs held beyond those that run, so that a free slot does not wait for a round trip. */
const AHEAD_PER_SLOT = 3
const MOST_AHEAD = 64
/** What one `Slots` may ask for. */
const MOST_ASKED = 256

/**
 * The jobs of one capability on this agent: how many may run, which is next, and for how many more there is room.
 *
 * Somebody waits for an urgent job (`priorities.interactive`), so it may start in one slot beyond the others.
 */
export class CapabilityWork {
  readonly capability: Capability
  readonly #offered: number
  #limit: number
  /** The next first: by priority, then in the order they came. */
  readonly #waiting: HeldJob[] = []
  /** Jobs that take up a slot. */
  running = 0
  /** Asked for, and not answered yet. */
  asked = 0
  /** Done, and not on its way to the coordinator yet. */
  unsent = 0

  constructor({ capability, concurrency }: OfferedCapability) {
    this.capability = capability
    this.#offered = concurrency
    this.#limit = concurrency
  }

  get limit(): number {
    return this.#limit
  }

  /** @param wanted by the owner of the fleet; the configuration of this machine has the last word */
  setLimit(wanted: number | undefined): void {
    this.#limit = Math.min(wanted ?? this.#offered, this.#offered)
  }

  add(job: HeldJob): void {
    const at = this.#waiting.findLastIndex((other) => other.lease.priority >= job.lease.priority)
    this.#waiting.splice(at + 1, 0, job)
  }

  /** @returns whether it was waiting */
  drop(job: HeldJob): boolean {
    const at = this.#waiting.indexOf(job)
    if (at >= 0) this.#waiting.splice(at, 1)
    return at >= 0
  }

  /** Takes a slot for the job that starts now, if one may. */
  startNext(): HeldJob | undefined {
    const next = this.#waiting[0]
    if (!next || this.running >= this.#limit + (isUrgent(next) ? 1 : 0)) return undefined
    this.#waiting.shift()
    this.running += 1
    return next
  }

  /** All that wait, taken out. */
  takeWaiting(): HeldJob[] {
    return this.#waiting.splice(0)
  }

  /** Those that wait and are more than this agent would ever ask for now, taken out. */
  takeSurplus(): HeldJob[] {
    return this.#waiting.splice(this.#limit + this.#ahead)
  }

  /** How many more jobs to ask for; asked in batches, because one at a time would cost a transaction each. */
  slots(): Slots | undefined {
    const held = this.#waiting.length + this.asked
    if (held > this.#ahead / 2) return undefined
    const count = this.#limit + this.#ahead - this.running - held - this.unsent
    return count > 0 ? { capability: this.capability, count: Math.min(count, MOST_ASKED) } : undefined
  }

  /** Room for an urgent job, however much else there is to do. */
  urgentSlots(): Slots | undefined {
    const isFull = this.running > this.#limit || (this.#waiting[0] && isUrgent(this.#waiting[0]))
    return isFull ? undefined : { capability: this.capability, count: 1, minPriority: priorities.interactive }
  }

  /** A scan takes long, and another agent may begin it meanwhile. */
  get #ahead(): number {
    return this.capability === 'scan' ? 0 : Math.min(this.#limit * AHEAD_PER_SLOT, MOST_AHEAD)
  }
}

export function isUrgent(job: HeldJob): boolean {
  return job.lease.priority >= priorities.interactive
}
