/** Between two looks at a job that somebody waits for: another coordinator may have taken its result. */
const LOOK_AGAIN_MS = 200

/** Tells those who wait in this process that a job has ended. */
export class JobEnds {
  readonly #waiting = new Map<number, Set<() => void>>()

  /** Its end has been committed. */
  tell(jobIds: readonly number[]): void {
    for (const id of jobIds) for (const wake of this.#waiting.get(id) ?? []) wake()
  }

  /** Resolves when this coordinator has taken the job's end, after a moment anyway, or when the signal aborts. */
  async next(jobId: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const wake = () => resolve()
    const timer = setTimeout(wake, LOOK_AGAIN_MS)
    const waiting = this.#waiting.get(jobId) ?? new Set()
    this.#waiting.set(jobId, waiting.add(wake))
    signal.addEventListener('abort', wake, { once: true })
    await promise
    clearTimeout(timer)
    signal.removeEventListener('abort', wake)
    waiting.delete(wake)
    if (waiting.size === 0) this.#waiting.delete(jobId)
  }
}
