import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { AppError, toErrorBody } from '../../protocol/errors.ts'
import { displayPathName } from '../../protocol/path-name.ts'
import type { InputFile, InputJob } from '../../protocol/sources.ts'
import { isAboutFile } from './is-about-file.ts'
import { type DerivedChoice, readPreview } from './read-preview.ts'
import type { HttpBytes } from './relay-source.ts'
import type { ByteSpan } from './source.ts'
import type { Entry, SourceBook } from './source-book.ts'
import type { SourceProver } from './source-prover.ts'

export type InputReading = {
  http: HttpBytes
  book: SourceBook
  prover: Pick<SourceProver, 'fail' | 'isStillGood' | 'untilTried'>
}

export type InputRequest = {
  file: InputFile
  /** A derived picture where it is enough: it is near and small. */
  as: DerivedChoice | 'original'
  /** Part of an original; default: all of it. */
  span?: ByteSpan
  job: InputJob
  signal: AbortSignal
}

/**
 * The bytes of a job's input, from the cheapest source that works. The one way by which workers read pictures that
 * are not their machine's own.
 *
 * A source that fails on the way is left for the next one, which goes on where it stopped. A whole original is compared
 * with its hash at the end: do nothing final with it before the stream has ended.
 *
 * The stream fails with AppError: `source_unavailable` when no source of this machine works now, which gives the
 * job back uncounted; else what is wrong with this one file, as all sources say that still read the library.
 */
export function readInput(reading: InputReading, request: InputRequest): Readable {
  const { file, as, job, signal, span } = request
  if (as !== 'original') return Readable.from(readPreview(reading.http, file, as, job, signal), options)
  if (file.sizeBytes === 0) return Readable.from([], options)
  return Readable.from(readOriginal(reading, request, span ?? { start: 0, end: file.sizeBytes - 1 }), options)
}

const options = { objectMode: false, highWaterMark: 1 }

async function* readOriginal(
  { book, prover }: InputReading,
  { file, job, signal }: InputRequest,
  { start, end }: ByteSpan,
): AsyncGenerator<Buffer> {
  const isWhole = start === 0 && end === file.sizeBytes - 1
  const hash = createHash('sha256')
  const used: Entry[] = []
  const aboutFile: { entry: Entry; error: unknown }[] = []
  let at = start
  for (const entry of book.proved(file.libraryId)) {
    signal.throwIfAborted()
    try {
      const wanted = { ...file, for: job }
      const stream = await entry.source.open(wanted, { start: at, end }, signal)
      used.push(entry)
      for await (const chunk of stopping(stream, signal)) {
        at += chunk.length
        if (isWhole) hash.update(chunk)
        yield chunk
      }
    } catch (error) {
      signal.throwIfAborted()
      if (!isAboutFile(error)) await prover.fail(entry, error)
      else if (await prover.isStillGood(entry)) aboutFile.push({ entry, error })
    }
    if (at > end) break
  }
  if (at <= end) throw failureOf(file, aboutFile)
  if (!isWhole || hash.digest('hex') === file.contentHash) return
  for (const entry of used) await prover.isStillGood(entry)
  throw new AppError(
    'file_changed',
    `${displayPathName(file.path)} is not as it was when it was read last; scan its library again`,
  )
}

/** Its end is the end of reading: a source that hangs is left at once. */
async function* stopping(stream: Readable, signal: AbortSignal): AsyncGenerator<Buffer> {
  const onAbort = () => stream.destroy(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    yield* stream
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function failureOf(file: InputFile, aboutFile: readonly { entry: Entry; error: unknown }[]): AppError {
  const path = displayPathName(file.path)
  // The vault itself knows best what has become of its file.
  const fromVault = aboutFile.find(({ entry }) => entry.source.kind === 'relay')
  if (fromVault?.error instanceof AppError) return fromVault.error
  if (aboutFile.length === 0) {
    return new AppError('source_unavailable', `No source of this machine reads ${path} now`)
  }
  const reasons = aboutFile.map(({ entry, error }) => `${entry.source.label}: ${toErrorBody(error).message}`)
  return new AppError('file_unreadable', `${path} cannot be read here. ${reasons.join('. ')}`)
}
