import type { Readable } from 'node:stream'
import { AppError } from '../../protocol/errors.ts'
import { displayPathName } from '../../protocol/path-name.ts'
import type { Cage } from '../cage/cage.ts'
import { OriginalsServer } from '../vault/bytes/originals-server.ts'
import { isSayable, type PathStyle, restBelow } from './path-map.ts'
import type { ByteSpan, Source, WantedFile } from './source.ts'

const STALL_TIMEOUT_MS = 30_000

export type MountedSourceOptions = {
  /** What the process that reads it runs in. */
  cage: Cage
  /** As the vault names it. */
  library: string
  /** As this machine names it. */
  path: string
  style?: PathStyle
  stallTimeoutMs?: number
}

/**
 * A share that is mounted on this machine. It is read by a process of its own, which is killed when the share hangs, and
 * only below its folder, whatever links lie in it.
 */
export class MountedSource implements Source {
  readonly kind = 'path'
  readonly #options: MountedSourceOptions
  readonly #server: OriginalsServer

  constructor(options: MountedSourceOptions) {
    this.#options = options
    this.#server = new OriginalsServer({
      cage: options.cage,
      roots: [options.path],
      stallTimeoutMs: options.stallTimeoutMs ?? STALL_TIMEOUT_MS,
    })
  }

  get label(): string {
    return displayPathName(this.#options.path)
  }

  covers(root: string): boolean {
    return restBelow(this.#options.library, root, '') !== undefined
  }

  async open(file: WantedFile, { start, end }: ByteSpan, signal: AbortSignal): Promise<Readable> {
    signal.throwIfAborted()
    const { library, path: root, style = process.platform === 'win32' ? 'windows' : 'posix' } = this.#options
    const rest = restBelow(library, file.root, file.path)
    if (rest === undefined || !isSayable(rest, style)) {
      throw new AppError(
        'bad_request',
        `${displayPathName(file.path)} has a name that this machine cannot say`,
      )
    }
    return await this.#server.open({ root, path: rest, sizeBytes: file.sizeBytes, start, end })
  }

  stop(): Promise<void> {
    return this.#server.stop()
  }
}
