import { OneAtATime } from '../one-at-a-time.ts'
import { findRssBytes } from '../watch-memory.ts'
import { type ReaderLimits, ReaderProcess } from './reader-process.ts'

/** An idle reader that holds more than this part of its limit is replaced: it would soon be ended in the middle. */
const RETIRE_AT = 0.5

export type ReaderPoolOptions = ReaderLimits & { size: number }

/**
 * A fixed number of reader processes, lent one at a time.
 *
 * Readers start when they are first needed and stay. One that ended, or that has grown, is not lent
 * again; the next borrower gets a new one. `stop` ends them all, also those that are out on loan.
 */
export class ReaderPool {
  readonly #options: ReaderPoolOptions
  readonly #bigPictures = new OneAtATime()
  readonly #idle: ReaderProcess[] = []
  readonly #all = new Set<ReaderProcess>()
  readonly #waiting: (() => void)[] = []
  #lent = 0
  #stopped = false

  constructor(options: ReaderPoolOptions) {
    this.#options = options
  }

  /** Runs `work` with a reader of its own and takes it back afterwards. */
  async borrow<T>(work: (reader: ReaderProcess) => Promise<T>): Promise<T> {
    if (this.#lent >= this.#options.size) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#waiting.push(resolve)
      await promise
    } else {
      this.#lent += 1
    }
    const reader = this.#takeReader()
    try {
      return await work(reader)
    } finally {
      await this.#takeBack(reader)
      const next = this.#waiting.shift()
      if (next === undefined) this.#lent -= 1
      else next()
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all([...this.#all].map((reader) => reader.stop()))
  }

  #takeReader(): ReaderProcess {
    if (this.#stopped) throw new Error('The reader pool is stopped')
    for (;;) {
      const idle = this.#idle.pop()
      if (idle?.isAlive) return idle
      if (idle !== undefined) {
        this.#all.delete(idle)
        continue
      }
      const reader = new ReaderProcess({ ...this.#options, bigPictures: this.#bigPictures })
      this.#all.add(reader)
      return reader
    }
  }

  async #takeBack(reader: ReaderProcess): Promise<void> {
    const rssBytes = reader.isAlive ? ((await findRssBytes(reader.pid ?? 0)) ?? 0) : 0
    if (reader.isAlive && !this.#stopped && rssBytes < this.#options.maxRssBytes * RETIRE_AT) {
      this.#idle.push(reader)
      return
    }
    await reader.stop()
    this.#all.delete(reader)
  }
}
