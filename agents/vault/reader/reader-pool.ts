import { AppError } from '../../../protocol/errors.ts'
import { OneAtATime } from '../one-at-a-time.ts'
import { Places } from '../places.ts'
import { findRssBytes } from '../watch-memory.ts'
import { type ReaderLimits, ReaderProcess } from './reader-process.ts'

/** An idle reader that holds more than this part of its limit is replaced: it would soon be ended in the middle. */
const RETIRE_AT = 0.5

export type ReaderPoolOptions = ReaderLimits & { size: number }

/** Readers that may hang in a dead disk, for each that works: more would pile up without an end. */
const MAX_HANGING_PER_READER = 4

/**
 * A fixed number of reader processes, lent one at a time.
 *
 * Readers start when they are first needed and stay. One that ended, or that has grown, is not lent
 * again; the next borrower gets a new one. `stop` ends them all, also those that are out on loan.
 */
export class ReaderPool {
  readonly #options: ReaderPoolOptions
  readonly #places: Places
  readonly #bigPictures = new OneAtATime()
  readonly #idle: ReaderProcess[] = []
  readonly #all = new Set<ReaderProcess>()
  /** Killed, and still there: they hang in a disk that does not answer. */
  readonly #hanging = new Set<ReaderProcess>()
  #stopped = false

  constructor(options: ReaderPoolOptions) {
    this.#options = options
    this.#places = new Places(options.size)
  }

  /**
   * Runs `work` with a reader of its own and takes it back afterwards.
   *
   * @throws AppError `timed_out` when too many readers hang in a dead disk already
   */
  async borrow<T>(signal: AbortSignal, work: (reader: ReaderProcess) => Promise<T>): Promise<T> {
    await this.#places.enter(signal)
    let reader: ReaderProcess | undefined
    try {
      reader = this.#takeReader()
      return await work(reader)
    } finally {
      // Not awaited: the job's end does not wait for that of a process.
      void this.#takeBack(reader).then(() => this.#places.leave())
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
      if (this.#hanging.size >= this.#options.size * MAX_HANGING_PER_READER) {
        throw new AppError(
          'timed_out',
          `${this.#hanging.size} readers of this agent hang in a disk or share that does not answer; reconnect it or restart its machine`,
        )
      }
      const reader = new ReaderProcess({ ...this.#options, bigPictures: this.#bigPictures })
      this.#all.add(reader)
      return reader
    }
  }

  async #takeBack(reader: ReaderProcess | undefined): Promise<void> {
    if (reader === undefined) return
    const rssBytes = reader.isAlive ? ((await findRssBytes(reader.pid ?? 0)) ?? 0) : 0
    if (reader.isAlive && !this.#stopped && rssBytes < this.#options.maxRssBytes * RETIRE_AT) {
      this.#idle.push(reader)
      return
    }
    if (!(await reader.stop())) {
      this.#hanging.add(reader)
      reader.onceGone(() => this.#hanging.delete(reader))
    }
    this.#all.delete(reader)
  }
}
