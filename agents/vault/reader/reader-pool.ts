import { AppError } from '../../../protocol/errors.ts'
import type { PathName } from '../../../protocol/path-name.ts'
import type { Cage } from '../../cage/cage.ts'
import { IdleProcesses } from '../idle-processes.ts'
import { OneAtATime } from '../one-at-a-time.ts'
import { Places } from '../places.ts'
import type { RootGroup } from '../root-groups.ts'
import { currentGroupOf } from '../root-groups.ts'
import { findRssBytes } from '../watch-memory.ts'
import { ReaderEndedError, type ReaderLimits, ReaderProcess } from './reader-process.ts'

/** An idle reader that holds more than this part of its limit is replaced: it would soon be ended in the middle. */
const RETIRE_AT = 0.5

export type ReaderPoolOptions = ReaderLimits & {
  size: number
  cage: Cage
  /** Folders this agent may read. */
  roots: readonly string[]
  workFolder: string
}

/** Readers that may hang in a dead disk, for each that works: more would pile up without an end. */
const MAX_HANGING_PER_READER = 4

/**
 * A fixed number of reader processes, lent one at a time.
 *
 * Readers start when they are first needed and stay, each for one group of roots. One that ended, or that has
 * grown, is not lent again; the next borrower gets a new one. `stop` ends them all, also those that are out on loan.
 */
export class ReaderPool {
  readonly #options: ReaderPoolOptions
  readonly #places: Places
  readonly #bigPictures = new OneAtATime()
  readonly #idle: IdleProcesses<ReaderProcess>
  readonly #all = new Set<ReaderProcess>()
  /** Killed, and still there: they hang in a disk that does not answer. */
  readonly #hanging = new Set<ReaderProcess>()
  #stopped = false

  constructor(options: ReaderPoolOptions) {
    this.#options = options
    this.#places = new Places(options.size)
    this.#idle = new IdleProcesses(options.size)
  }

  /**
   * Runs `work` with a reader of its own and takes it back afterwards.
   *
   * @param root absolute path of the library that the work is about
   * @throws AppError `timed_out` when too many readers hang in a dead disk already
   */
  async borrow<T>(
    root: PathName,
    signal: AbortSignal,
    work: (reader: ReaderProcess) => Promise<T>,
  ): Promise<T> {
    await this.#places.enter(signal)
    const group = currentGroupOf(root, this.#options.roots)
    let reader: ReaderProcess | undefined
    try {
      reader = this.#takeReader(group)
      return await work(reader)
    } catch (error) {
      // The others were started before the folder changed, too.
      if (error instanceof ReaderEndedError && error.end === 'shut_out') this.#endIdle(group)
      throw error
    } finally {
      // Not awaited: the job's end does not wait for that of a process.
      void this.#takeBack(group, reader).then(() => this.#places.leave())
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all([...this.#all].map((reader) => reader.stop()))
  }

  #takeReader(group: RootGroup): ReaderProcess {
    if (this.#stopped) throw new Error('The reader pool is stopped')
    for (;;) {
      const idle = this.#idle.take(group.key)
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
      const surplus = this.#idle.takeSurplus(this.#all.size)
      if (surplus !== undefined) void this.#end(surplus)
      const { roots, isRemote } = group
      const reader = new ReaderProcess({ ...this.#options, roots, isRemote, bigPictures: this.#bigPictures })
      this.#all.add(reader)
      return reader
    }
  }

  async #takeBack(group: RootGroup, reader: ReaderProcess | undefined): Promise<void> {
    if (reader === undefined) return
    const rssBytes = reader.isAlive ? ((await findRssBytes(reader.pid ?? 0)) ?? 0) : 0
    if (reader.isAlive && !this.#stopped && rssBytes < this.#options.maxRssBytes * RETIRE_AT) {
      this.#idle.put(group.key, reader)
      return
    }
    await this.#end(reader)
  }

  #endIdle(group: RootGroup): void {
    for (const reader of this.#idle.takeAll(group.key)) void this.#end(reader)
  }

  async #end(reader: ReaderProcess): Promise<void> {
    if (!(await reader.stop())) {
      this.#hanging.add(reader)
      reader.onceGone(() => this.#hanging.delete(reader))
    }
    this.#all.delete(reader)
  }
}
