/** Lets somebody wait for a state that others change. */
export class Changes {
  readonly #looks = new Set<() => void>()

  /** Something has changed. */
  tell(): void {
    for (const look of this.#looks) look()
  }

  /** Until `isDone`, which is asked now and after each change, but no longer than `limitMs`. */
  async until(isDone: () => boolean, limitMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const look = () => {
      if (isDone()) resolve()
    }
    const limit = setTimeout(resolve, limitMs)
    this.#looks.add(look)
    look()
    await promise
    this.#looks.delete(look)
    clearTimeout(limit)
  }
}
