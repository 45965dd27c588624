import type { PGlite } from '@electric-sql/pglite'
import { runAlone } from './run-alone.ts'

const MB = 1024 * 1024

/**
 * Whether the database takes writes, by what is left of the disk. Below half of the reserve it does not: each
 * write adds to the log, and a log that cannot grow ends the engine. Above three quarters it does again.
 */
export function judgeSpace(writable: boolean, freeBytes: number, reserveBytes: number): boolean {
  return freeBytes >= reserveBytes * (writable ? 0.5 : 0.75)
}

/**
 * Turns the database to reading only while its disk is full.
 *
 * writing → reading: `look()` finds less than half of the reserve. reading → writing: it finds enough again.
 * Transactions that have begun go on as they began.
 */
export class FullDiskWatch {
  readonly #reserveBytes: number
  readonly #freeBytes: () => number
  readonly #onChanged: (writable: boolean, freeBytes: number) => void
  #writable = true

  constructor(
    reserveBytes: number,
    freeBytes: () => number,
    onChanged: (writable: boolean, freeBytes: number) => void,
  ) {
    this.#reserveBytes = reserveBytes
    this.#freeBytes = freeBytes
    this.#onChanged = onChanged
  }

  /** What to tell whoever wants to write; undefined while they may. */
  get refusal(): string | undefined {
    if (this.#writable) return undefined
    const [left, needed] = [this.#freeBytes(), this.#reserveBytes].map((bytes) => Math.round(bytes / MB))
    return `The disk of the database is full (${left} MB left, ${needed} MB needed): free some space, and it takes changes again by itself`
  }

  async look(database: PGlite): Promise<void> {
    const freeBytes = this.#freeBytes()
    const writable = judgeSpace(this.#writable, freeBytes, this.#reserveBytes)
    if (writable === this.#writable) return
    const done = await runAlone(database, `set default_transaction_read_only = ${writable ? 'off' : 'on'}`)
    // Within somebody's transaction nothing was done; the next look tries again.
    if (!done) return
    this.#writable = writable
    this.#onChanged(writable, freeBytes)
  }
}
