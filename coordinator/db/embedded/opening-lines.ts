/** A recovery that finds much amiss may say much; its last lines are those that say why it gave up. */
const MOST_LINES = 200

/**
 * What the engine says while it opens, for the explanation if it does not.
 *
 * It goes on talking for as long as it lives, one line for each statement that it refuses: after `close`
 * nothing is kept.
 */
export class OpeningLines {
  #lines: string[] | undefined = []

  add(line: string): void {
    this.#lines?.push(line)
    if (this.#lines && this.#lines.length > MOST_LINES) this.#lines.shift()
  }

  /** The newest lines so far, oldest first. */
  get all(): readonly string[] {
    return this.#lines ?? []
  }

  close(): void {
    this.#lines = undefined
  }
}
