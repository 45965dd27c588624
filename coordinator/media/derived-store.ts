import { createHash, hash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { MAX_DERIVED_BYTES } from '../../protocol/api/transfer-routes.ts'
import { AppError } from '../../protocol/errors.ts'

/** No upload takes this long. */
const LEFT_OVER_MS = 24 * 60 * 60_000

/**
 * Thumbnails and previews, each under the SHA-256 of its bytes: `derived/ab/cd/abcd…`.
 *
 * Bytes arrive in `derived/incoming` (the same disk) and are moved to their name only when they are whole
 * and are what the name says, so whatever has a name can be served. What a killed process leaves in
 * `incoming` is removed by its own next `prepare()`, or by another's after a day: several coordinators may store
 * in one folder. Nothing is synced: everything here can be made again, and a
 * file that a power failure has shortened is found by its size when it is asked for.
 */
export class DerivedStore {
  readonly #folder: string
  readonly #incoming: string
  /** Begins the names of what this process has not stored whole. */
  readonly #mark: string
  readonly #foldersMade = new Set<string>()

  /** @param owner tells the processes apart that store in this folder; the same in the next life of each */
  constructor(dataFolder: string, owner = 'the only one') {
    this.#folder = join(dataFolder, 'derived')
    this.#incoming = join(this.#folder, 'incoming')
    this.#mark = `${hash('sha256', owner).slice(0, 12)}-`
  }

  /** Once, before the first `put`. */
  async prepare(): Promise<void> {
    await mkdir(this.#incoming, { recursive: true, mode: 0o700 })
    for (const name of await readdir(this.#incoming)) {
      const path = join(this.#incoming, name)
      if (name.startsWith(this.#mark) || (await isLeftOver(path))) await rm(path, { force: true })
    }
  }

  /**
   * Stores what the stream gives; twice the same is harmless.
   *
   * @throws AppError `too_large`, `disk_full`, or `bad_request` when the bytes are not those of the hash;
   *   nothing of them is left then
   */
  async put(hash: string, bytes: Readable): Promise<void> {
    const temporary = join(this.#incoming, this.#mark + randomUUID())
    try {
      const check = new ContentCheck()
      await pipeline(bytes, check, createWriteStream(temporary, { flags: 'wx', mode: 0o600 }))
      if (check.sizeBytes === 0 || check.digest() !== hash) {
        throw new AppError(
          'bad_request',
          `What was sent as derived file ${hash} has another SHA-256; send it again`,
        )
      }
      await this.#makeFolder(hash)
      await rename(temporary, this.#path(hash))
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {})
      throw asDiskFull(error)
    }
  }

  /** Which of these the store does not have, in the order asked. */
  async missing(hashes: readonly string[]): Promise<string[]> {
    const sizes = await Promise.all(
      hashes.map((hash) =>
        stat(this.#path(hash)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    )
    return hashes.filter((_, i) => sizes[i] === 0)
  }

  /**
   * Opens a derived file for reading; the caller closes it. Undefined when it is not there or has not its
   * size: then it is removed, so that an agent that asks is told to send it again.
   */
  async open(hash: string, sizeBytes: number): Promise<FileHandle | undefined> {
    let file: FileHandle
    try {
      file = await open(this.#path(hash), 'r')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
    if ((await file.stat()).size === sizeBytes) return file
    await file.close()
    await rm(this.#path(hash), { force: true })
    return undefined
  }

  #path(hash: string): string {
    return join(this.#folder, hash.slice(0, 2), hash.slice(2, 4), hash)
  }

  async #makeFolder(hash: string): Promise<void> {
    const folder = join(this.#folder, hash.slice(0, 2), hash.slice(2, 4))
    if (this.#foldersMade.has(folder)) return
    await mkdir(folder, { recursive: true, mode: 0o700 })
    this.#foldersMade.add(folder)
  }
}

/** Another process may still be storing it, or may just have: then it has gone when it is looked at. */
async function isLeftOver(path: string): Promise<boolean> {
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
  return Date.now() - mtimeMs > LEFT_OVER_MS
}

/** Passes bytes on while it counts and hashes them; fails at the first byte too many. */
class ContentCheck extends Transform {
  readonly #hash = createHash('sha256')
  sizeBytes = 0

  override _transform(
    chunk: Buffer,
    _encoding: BufferEncoding,
    done: (error?: Error | null, data?: Buffer) => void,
  ): void {
    this.sizeBytes += chunk.length
    if (this.sizeBytes > MAX_DERIVED_BYTES) {
      done(new AppError('too_large', `A derived file has at most ${MAX_DERIVED_BYTES} bytes`))
      return
    }
    this.#hash.update(chunk)
    done(null, chunk)
  }

  digest(): string {
    return this.#hash.digest('hex')
  }
}

function asDiskFull(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error
  return new AppError(
    'disk_full',
    'The disk of the data folder is full; free some space on it, and the missing pictures are made again',
    { cause: error },
  )
}
