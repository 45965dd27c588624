/** So that a library full of them does not fill the memory. */
const MAX_REMEMBERED = 10_000

/**
 * Files that ran out of time here.
 *
 * The first time may be the machine's fault: a busy disk, a process that was stopped, a computer that
 * slept. Such a job is tried again later. The second time in a row is a fact about the file.
 */
export class SlowFiles {
  readonly #known = new Set<string>()

  has(key: string): boolean {
    return this.#known.has(key)
  }

  add(key: string): void {
    this.#known.add(key)
    if (this.#known.size > MAX_REMEMBERED) this.#known.delete(this.#known.values().next().value ?? '')
  }

  delete(key: string): void {
    this.#known.delete(key)
  }
}
