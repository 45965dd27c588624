/** Between two looks at a job that somebody waits for: another coordinator may have taken its result. */
const LOOK_AGAIN_MS = 200

/** A job has ended: with a result that was taken, or otherwise. */
export type JobEnd = { jobId: number; taken?: { result: unknown } }

/** Tells those who wait in this process that a job has ended. */
export class JobEnds {
  readonly #waiting = new Map<number, Set<(end?: JobEnd) => void>>()

  /** Their ends have been committed. */
  tell(ends: readonly JobEnd[]): void {
    for (const end of ends) for (const wake of this.#waiting.get(end.jobId) ?? []) wake(end)
  }

  /**
   * @returns how the job has ended when this coordinator has taken it; undefined after a moment anyway, or when the
   *   signal aborts
   */
  async next(jobId: number, signal: AbortSignal): Promise<JobEnd | undefined> {
    if (signal.aborted) return undefined
    const { promise, resolve } = Promise.withResolvers<JobEnd | undefined>()
    const giveUp = () => resolve(undefined)
    const timer = setTimeout(giveUp, LOOK_AGAIN_MS)
    const waiting = this.#waiting.get(jobId) ?? new Set()
    this.#waiting.set(jobId, waiting.add(resolve))
    signal.addEventListener('abort', giveUp, { once: true })
    const end = await promise
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
    waiting.delete(resolve)
    if (waiting.size === 0) this.#waiting.delete(jobId)
    return end
  }
}
