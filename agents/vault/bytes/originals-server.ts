import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { AppError } from '../../../protocol/errors.ts'
import { displayPathName, type PathName } from '../../../protocol/path-name.ts'
import type { Cage } from '../../cage/cage.ts'
import { liesWithin } from '../absolute-path.ts'
import { currentGroupOf } from '../root-groups.ts'
import { BytesProcess, ShutOutError } from './bytes-process.ts'
import type { PartRequest } from './open-part.ts'

const STALL_TIMEOUT_MS = 30_000

export type OriginalsServerOptions = {
  cage: Cage
  /** Folders this agent may read. */
  roots: readonly string[]
  /** Longest silence of a disk while a part is opened or read; default 30 s. */
  stallTimeoutMs?: number
}

/**
 * Serves parts of originals, those of each folder this agent may read from a process of their own: a
 * share that is gone without a word holds up neither the agent nor the other folders.
 *
 * Processes start when they are first needed. `stop` ends them all.
 */
export class OriginalsServer {
  readonly #options: OriginalsServerOptions
  readonly #processes = new Map<string, BytesProcess>()

  constructor(options: OriginalsServerOptions) {
    this.#options = options
  }

  /**
   * A part of an original. The stream owns the file: it is closed when the stream ends or is destroyed.
   *
   * @throws AppError before the first byte: `refused_by_agent`, `file_missing`, `file_unreadable`,
   *   `file_changed`, `library_offline`, `range_not_satisfiable`, `timed_out`
   */
  async open(part: Omit<PartRequest, 'roots'>): Promise<Readable> {
    const { roots } = this.#options
    const open = async () => (await this.#processFor(part.root)).open({ ...part, roots })
    return await open().catch((error: unknown) => {
      if (error instanceof ShutOutError) return open()
      throw error
    })
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#processes.values()].map((process) => process.stop()))
  }

  /** Roots that lie in none of the folders share one: they are refused there, or reached through a link. */
  async #processFor(root: PathName): Promise<BytesProcess> {
    const folder = this.#options.roots.find((folder) => liesWithin(resolve(folder), root)) ?? ''
    for (;;) {
      const known = this.#processes.get(folder)
      if (known?.isAlive) return known
      // Another one would hang as well, and another after that.
      if (known !== undefined && !(await known.isGone())) {
        throw new AppError('timed_out', `${displayPathName(root)} is on a disk or share that does not answer`)
      }
      if (this.#processes.get(folder) !== known) continue
      const { cage, roots, stallTimeoutMs = STALL_TIMEOUT_MS } = this.#options
      const readable = folder === '' ? currentGroupOf(root, roots).roots : [folder]
      this.#processes.set(folder, new BytesProcess({ cage, roots: readable, stallTimeoutMs }))
    }
  }
}
