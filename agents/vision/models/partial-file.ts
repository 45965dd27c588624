import { type FileHandle, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { AppError } from '../../../protocol/errors.ts'

/** By what a server knows its own content again: a strong ETag, or a date. */
const Origin = z.object({ url: z.string(), validator: z.string().nullable() })
export type Origin = z.infer<typeof Origin>

/**
 * A download that has not come to its end: `NAME.part`, and beside it where its bytes are from.
 *
 * Bytes are written where they belong and not behind what is there, so that two that fetch the same file at once
 * write the same.
 */
export class PartialFile {
  readonly #path: string
  readonly #file: FileHandle

  private constructor(path: string, file: FileHandle) {
    this.#path = path
    this.#file = file
  }

  static async open(finalPath: string): Promise<PartialFile> {
    const path = `${finalPath}.part`
    // For reading and writing, made when it is not there, kept when it is.
    const file = await open(path, 'a').then(async (made) => {
      await made.close()
      return await open(path, 'r+')
    })
    return new PartialFile(path, file)
  }

  /**
   * What is there already, and where from; nothing when that is not known.
   *
   * @throws AppError `conflict` when another process has finished it, or thrown it away
   */
  async begun(url: string): Promise<{ sizeBytes: number; validator: string | null }> {
    await this.#requireOwn()
    const { size } = await this.#file.stat()
    const origin = await readOrigin(this.#originPath)
    if (origin?.url !== url || size === 0) return { sizeBytes: 0, validator: null }
    return { sizeBytes: size, validator: origin.validator }
  }

  /** @throws AppError `conflict`, as `begun` does */
  async startOver(origin: Origin): Promise<void> {
    await this.#requireOwn()
    await this.#file.truncate(0)
    await writeFile(this.#originPath, JSON.stringify(origin))
  }

  /** @throws AppError `disk_full` */
  async write(bytes: Uint8Array, offset: number): Promise<void> {
    try {
      await this.#file.write(bytes, 0, bytes.length, offset)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && ['ENOSPC', 'EDQUOT'].includes(String(error.code)))) {
        throw error
      }
      throw new AppError('disk_full', `The disk with ${this.#path} is full`, { cause: error })
    }
  }

  get path(): string {
    return this.#path
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  /** It is whole: takes its name. */
  async finish(finalPath: string): Promise<void> {
    await this.#file.sync()
    await rename(this.#path, finalPath)
    await rm(this.#originPath, { force: true })
  }

  /** It has turned out to be something else. */
  async discard(): Promise<void> {
    await rm(this.#path, { force: true })
    await rm(this.#originPath, { force: true })
  }

  /** Under its name may lie another file by now, or none; what is open here may have become the finished one. */
  async #requireOwn(): Promise<void> {
    const [open, named] = await Promise.all([this.#file.stat(), stat(this.#path).catch(() => undefined)])
    if (named?.ino === open.ino) return
    throw new AppError('conflict', `${this.#path} was taken away by another download of the same file`)
  }

  get #originPath(): string {
    return `${this.#path}.json`
  }
}

async function readOrigin(path: string): Promise<Origin | undefined> {
  try {
    return Origin.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return undefined
  }
}
