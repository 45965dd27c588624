/** A look that comes later than this, and than a whole beat, was held up by sleep. */
const SLEPT_MS = 5_000

export type SleepWatchOptions = {
  /** In ms. One of them goes on while the machine sleeps, whichever that is here; see `sleepClocks`. */
  clocks: readonly (() => number)[]
  beatMs: () => number
}

/**
 * Tells that this process stood still: a suspended machine, SIGSTOP.
 *
 * awake: `tick()` at least twice a second. awake → slept: much time has passed without one. slept → awake: the next
 *   `tick()`.
 */
export class SleepWatch {
  readonly #options: SleepWatchOptions
  #tickedAt: number[]

  constructor(options: SleepWatchOptions) {
    this.#options = options
    this.#tickedAt = this.#read()
  }

  hasSlept(): boolean {
    const limitMs = Math.max(SLEPT_MS, this.#options.beatMs())
    return this.#read().some((now, at) => now - this.#tickedAt[at]! > limitMs)
  }

  tick(): void {
    this.#tickedAt = this.#read()
  }

  #read(): number[] {
    return this.#options.clocks.map((clock) => clock())
  }
}
