import { createHash, randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { AppError } from '../../../protocol/errors.ts'
import type { InputFile } from '../../../protocol/sources.ts'
import type { HttpBytes } from '../relay-source.ts'

export type SampleFile = { file: InputFile; bytes: Buffer }

/** Puts a file of random bytes below `folder`, which stands for `/vault/photos` on another machine. */
export async function putFile(
  folder: string,
  path: string,
  fileId = 1,
  sizeBytes = 700_001,
): Promise<SampleFile> {
  const bytes = randomBytes(sizeBytes)
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), bytes)
  const contentHash = createHash('sha256').update(bytes).digest('hex')
  const file = {
    fileId,
    libraryId: 1,
    root: '/vault/photos',
    path,
    sizeBytes,
    contentHash,
    preview: null,
    grid: null,
  }
  return { file, bytes }
}

/** The far side of HTTP: a coordinator with what it has at each path. */
export class FakeHttp implements HttpBytes {
  readonly asked: { path: string; range: string | undefined }[] = []
  /** Bytes by path, or how it refuses. */
  readonly answers = new Map<string, Buffer | AppError>()
  /** Breaks the connection after so many bytes of an answer, when `cut` says so. */
  breakAfter = Number.POSITIVE_INFINITY
  readonly cut = Promise.withResolvers<void>()

  async get(path: string, headers: Record<string, string>): Promise<Readable> {
    this.asked.push({ path, range: headers.range })
    const answer = this.answers.get(path) ?? new AppError('not_found', `There is no ${path}`)
    if (answer instanceof AppError) throw answer
    const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? []
    const part = start === undefined ? answer : answer.subarray(Number(start), Number(end) + 1)
    return Readable.from(this.#pieces(part), { objectMode: false })
  }

  async *#pieces(part: Buffer): AsyncGenerator<Buffer> {
    yield part.subarray(0, Math.min(part.length, this.breakAfter))
    if (part.length <= this.breakAfter) return
    await this.cut.promise
    throw new AppError('unavailable', 'the line was cut')
  }
}
