import { awakeInterval } from '../awake-interval.ts'

/** Asked this many times within the limit. */
const QUESTIONS_PER_LIMIT = 20
const MOST_TICK_MS = 5_000

export type StallWatchOptions = {
  limitMs: number
  /** Asks the main thread whether it is there; its answer comes in by `heard()`. */
  ask: () => void
  onStall: () => void
}

/**
 * Notices a main thread that does nothing but its own work any more.
 *
 * watching: from the start; `heard()` begins the count anew. A stop of the whole process is not counted.
 * watching → over: `limitMs` without a sign, then `onStall` is called once; or `stop()`.
 */
export class StallWatch {
  readonly stop: () => void
  #silentMs = 0

  constructor({ limitMs, ask, onStall }: StallWatchOptions) {
    this.stop = awakeInterval(Math.min(MOST_TICK_MS, limitMs / QUESTIONS_PER_LIMIT), (elapsedMs) => {
      this.#silentMs += elapsedMs
      if (this.#silentMs < limitMs) return ask()
      this.stop()
      onStall()
    })
  }

  heard(): void {
    this.#silentMs = 0
  }
}
