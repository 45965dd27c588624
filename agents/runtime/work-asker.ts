import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Capability } from '../../protocol/capability.ts'
import type { Slots } from '../../protocol/leases.ts'
import type { CapabilityWork } from './capability-work.ts'
import type { Line } from './line/line.ts'

/** Asked at least this often, whatever the hints say. */
const ASK_INTERVAL_MS = 5_000
/** A hello names all leases held, and has room for 1,024. */
const MAX_HELD = 1_000

export type WorkAskerOptions = {
  line: Line
  log: Logger
  works: ReadonlyMap<Capability, CapabilityWork>
  /** All jobs that this agent has not reported yet. */
  countHeld: () => number
  /** The last answer on its way has come. */
  onQuiet: () => void
  /** It is known whether there is something urgent. */
  onUrgentAnswered: () => void
  signal: AbortSignal
}

/** What a message asks for. */
export type Ask = {
  slots: Slots[]
  /** How much had been heard of work when it left. */
  heard: number
}

/**
 * Asks the coordinator for work. What an answer brings comes as the line's `leases`.
 *
 * asking ⇄ quiet: `isQuiet`, set by who owns it. Any → stopped: `stop()`.
 */
export class WorkAsker {
  readonly #options: WorkAskerOptions
  readonly #stopping = new AbortController()
  /** Capabilities with a request for urgent work on its way. */
  readonly #urgent = new Set<Capability>()
  /** Messages on their way that ask for work. */
  #outstanding = 0
  /** How often it was said that there may be work. */
  #heard = 0
  /** Nothing is asked for. */
  isQuiet = false

  constructor(options: WorkAskerOptions) {
    this.#options = options
  }

  start(): void {
    void this.#run(this.#stopping.signal)
  }

  stop(): void {
    this.isQuiet = true
    this.#stopping.abort()
  }

  /** Whether there is something urgent is not known yet. */
  get isAskingUrgent(): boolean {
    return this.#urgent.size > 0
  }

  /** Whether answers are still to come. */
  get isWaiting(): boolean {
    return this.#outstanding > 0
  }

  /** There may be work: ask now, and once more after each answer on its way, which may be older than this news. */
  ask(): void {
    this.#heard += 1
    void this.#request(this.#freeSlots())
  }

  /** Somebody waits for work of this capability, or of any: ask for one such job, however much there is to do. */
  askUrgent(capability?: Capability): void {
    const works = [...this.#options.works.values()]
    const slots = works
      .filter((work) => !capability || work.capability === capability)
      .filter((work) => !this.#urgent.has(work.capability))
      .flatMap((work) => work.urgentSlots() ?? [])
    for (const slot of slots) this.#urgent.add(slot.capability)
    void this.#request(slots).finally(() => {
      for (const slot of slots) this.#urgent.delete(slot.capability)
      this.#options.onUrgentAnswered()
    })
  }

  /** What a report may ask for in the same message; `answered` follows. */
  askWithReport(): Ask {
    return this.#leave(this.isQuiet ? [] : this.#freeSlots())
  }

  answered({ slots, heard }: Ask): void {
    this.#countAsked(slots, -1)
    // Asking once more is nothing that was heard: its answer leads to no other.
    if (heard < this.#heard) void this.#request(this.#freeSlots())
    if (this.#outstanding === 0) this.#options.onQuiet()
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#askForAnything()
      await sleep(ASK_INTERVAL_MS * (0.9 + Math.random() * 0.2), undefined, { signal }).catch(() => {})
    }
  }

  /** Also for urgent work where there is no other room: a hint may have been lost. */
  #askForAnything(): void {
    const slots = this.#freeSlots()
    const asked = new Set(slots.map(({ capability }) => capability))
    const full = [...this.#options.works.values()].filter(
      (work) => !asked.has(work.capability) && work.asked === 0,
    )
    void this.#request([...slots, ...full.flatMap((work) => work.urgentSlots() ?? [])])
  }

  async #request(slots: Slots[]): Promise<void> {
    const { line, log, signal } = this.#options
    if (slots.length === 0 || this.isQuiet || !line.isGreeted) return
    const ask = this.#leave(slots)
    try {
      await line.request('lease.request', { slots }, signal)
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'could not ask for work')
    }
    this.answered(ask)
  }

  #leave(slots: Slots[]): Ask {
    this.#countAsked(slots, 1)
    return { slots, heard: this.#heard }
  }

  #freeSlots(): Slots[] {
    const { works, countHeld } = this.#options
    let room = MAX_HELD - countHeld()
    for (const work of works.values()) room -= work.asked
    return [...works.values()].flatMap((work) => {
      const slots = work.slots()
      const count = Math.min(slots?.count ?? 0, room)
      room -= count
      return slots && count > 0 ? [{ ...slots, count }] : []
    })
  }

  #countAsked(slots: readonly Slots[], sign: 1 | -1): void {
    if (slots.length > 0) this.#outstanding += sign
    for (const { capability, count, minPriority } of slots) {
      const work = this.#options.works.get(capability)
      // Room for urgent work is no room for other work.
      if (work && minPriority === undefined) work.asked += sign * count
    }
  }
}
