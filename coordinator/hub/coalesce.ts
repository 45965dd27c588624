export type CoalesceOptions<T> = {
  intervalMs: number
  emit: (what: ReadonlySet<T>) => Promise<void>
  onError: (error: unknown) => void
}

/**
 * Runs `emit` for what has changed, at most once per `intervalMs`, with everything since the last time.
 *
 * quiet → waiting: `changed()`; at once when the last run is long enough ago. waiting → emitting: the time has
 *   come. emitting → waiting when more has changed meanwhile, else quiet. A failed run is reported and
 *   not repeated: the next change brings the whole again. Any → stopped: `stop()`.
 */
export class Coalesce<T> {
  readonly #options: CoalesceOptions<T>
  #pending = new Set<T>()
  #timer: NodeJS.Timeout | undefined
  #emitting = false
  #stopped = false
  #lastStart = Number.NEGATIVE_INFINITY

  constructor(options: CoalesceOptions<T>) {
    this.#options = options
  }

  changed(...what: readonly T[]): void {
    for (const each of what) this.#pending.add(each)
    this.#schedule()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  #schedule(): void {
    if (this.#timer || this.#emitting || this.#stopped || this.#pending.size === 0) return
    const delayMs = Math.max(0, this.#lastStart + this.#options.intervalMs - performance.now())
    this.#timer = setTimeout(() => void this.#run(), delayMs)
  }

  async #run(): Promise<void> {
    this.#timer = undefined
    this.#emitting = true
    this.#lastStart = performance.now()
    const what = this.#pending
    this.#pending = new Set()
    try {
      await this.#options.emit(what)
    } catch (error) {
      this.#options.onError(error)
    } finally {
      this.#emitting = false
      this.#schedule()
    }
  }
}
