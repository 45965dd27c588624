import { AppError } from '../../protocol/errors.ts'
import { type FileFamily, fileFamily } from '../../protocol/file-formats.ts'
import type { IngestInput, IngestResult, MediaFacts } from '../../protocol/ingest.ts'
import type { Problem } from '../../protocol/media.ts'
import { displayPathName, type PathName } from '../../protocol/path-name.ts'
import type { JobContext, JobHandler } from '../runtime/job-handler.ts'
import { imageFacts } from './media-facts.ts'
import { type FileMetadata, type MetadataReader, MetadataTooSlowError } from './metadata/metadata-reader.ts'
import type { RenderOutcome } from './reader/messages.ts'
import { problemOfEnd } from './reader/problem-of-end.ts'
import type { ReaderPool } from './reader/reader-pool.ts'
import { type ReaderEnd, ReaderEndedError, type ReaderProcess } from './reader/reader-process.ts'
import { renderBroken, renderForeign } from './render-foreign.ts'
import { renderRaw } from './render-raw.ts'
import { renderVideo } from './render-video.ts'
import { SlowFiles } from './slow-files.ts'
import type { VideoTools } from './video/video-tools.ts'
import type { WorkFolder } from './work-folder.ts'

/** What ingest works with; opened and closed by the `Vault`. */
export type IngestParts = {
  /** Folders this agent may read. */
  roots: readonly string[]
  readers: ReaderPool
  metadata: MetadataReader
  workFolder: WorkFolder
  /** Null when there is no ffmpeg that can be used. */
  videoTools: VideoTools | null
  /** Why there is none, to follow its name. */
  videoToolsMissing: string
}

/** One file on its way, after its bytes were read and hashed. */
export type HashedFile = {
  reader: ReaderProcess
  /** Of its library. */
  root: PathName
  /** Absolute, links of its folder followed. */
  absolutePath: PathName
  metadata: FileMetadata | null
  signal: AbortSignal
}

/** A rendered file: what could be shown of it, and what it is. */
export type Rendered = { outcome: RenderOutcome; media: MediaFacts | null }

export const nothingRendered: RenderOutcome = {
  picture: null,
  problem: null,
  headerSizePx: null,
  codec: null,
  foreignFormat: null,
}

/**
 * Runs `file.ingest`: reads one file once, in a reader process, while ExifTool reads its tags.
 *
 * A reader that somebody else killed, or whose cage is older than the folder, says nothing about the file, so
 * such a file is read again once.
 * A file that takes too long fails its job with `timed_out` the first time; see `SlowFiles`.
 */
export function createIngestHandler(parts: IngestParts): JobHandler<'file.ingest'> {
  const slowFiles = new SlowFiles()
  return async (input, context) => {
    const key = `${input.root}/${input.path} ${input.sizeBytes} ${input.mtimeUs}`
    const readOnce = (isLastAttempt: boolean) => {
      const known = { isLastAttempt, isKnownSlow: slowFiles.has(key) }
      return parts.readers.borrow(input.root, context.signal, (reader) =>
        new Ingest(parts, input, context, reader, known).run(),
      )
    }
    try {
      const result = await readOnce(false).catch((error: unknown) => {
        if (error instanceof ReaderEndedError && saysNothing.has(error.end)) return readOnce(true)
        throw error
      })
      slowFiles.delete(key)
      return result
    } catch (error) {
      if (error instanceof TooSlowError) slowFiles.add(key)
      throw error
    }
  }
}

/** The first time that making something of a file took too long. */
class TooSlowError extends AppError {
  constructor(path: PathName, what: string) {
    super(
      'timed_out',
      `${what} of ${displayPathName(path)} took too long and was given up; it is tried again`,
    )
  }
}

/** What is known of a file before an attempt to ingest it. */
type Known = { isLastAttempt: boolean; isKnownSlow: boolean }

/** One attempt to ingest one file with one reader. */
class Ingest {
  readonly #parts: IngestParts
  readonly #input: IngestInput
  readonly #context: JobContext
  readonly #reader: ReaderProcess
  readonly #known: Known
  /** Ends what an attempt has started and nobody waits for any more. */
  readonly #over = new AbortController()
  readonly #signal: AbortSignal
  #opened: { sizeBytes: number; mtimeUs: number; absolutePath: PathName } | undefined
  #contentHash: string | undefined
  #metadata: Promise<FileMetadata | MetadataTooSlowError | null> = Promise.resolve(null)

  constructor(
    parts: IngestParts,
    input: IngestInput,
    context: JobContext,
    reader: ReaderProcess,
    known: Known,
  ) {
    this.#parts = parts
    this.#input = input
    this.#context = context
    this.#reader = reader
    this.#known = known
    this.#signal = AbortSignal.any([context.signal, this.#over.signal])
  }

  async run(): Promise<IngestResult> {
    try {
      return await this.#run()
    } finally {
      this.#over.abort(new Error('The attempt is over'))
    }
  }

  async #run(): Promise<IngestResult> {
    const { path } = this.#input
    const family = fileFamily(path)
    const first = await this.#orProblem(() => this.#readAndHash(family))
    const answer = await this.#metadata
    this.#context.signal.throwIfAborted()
    if (answer instanceof MetadataTooSlowError && !this.#known.isKnownSlow) {
      throw new TooSlowError(path, 'Reading the tags')
    }
    const metadata = answer instanceof MetadataTooSlowError ? null : answer
    const opened = this.#opened
    const contentHash = this.#contentHash
    if (opened === undefined || contentHash === undefined) {
      throw new AppError('internal', `The reader gave no hash of ${displayPathName(path)}`)
    }
    const { absolutePath } = opened
    const file: HashedFile = {
      reader: this.#reader,
      root: this.#input.root,
      absolutePath,
      metadata,
      signal: this.#signal,
    }
    const { outcome, media } = await this.#render(family, first, file)
    if (outcome.problem?.code === 'too_slow' && !this.#known.isKnownSlow) {
      throw new TooSlowError(path, 'Making a picture')
    }
    const derived = outcome.picture?.derived ?? []
    this.#context.signal.throwIfAborted()
    await this.#context.storeDerived(derived.map(({ hash, bytes, mimeType }) => ({ hash, bytes, mimeType })))
    return {
      contentHash,
      sizeBytes: opened.sizeBytes,
      mtimeUs: opened.mtimeUs,
      metadata: metadata === null ? null : { pass: metadata.pass, tags: metadata.tags },
      media,
      derived: derived.map(({ bytes: _, ...facts }) => facts),
      thumbhash: outcome.picture?.thumbhash ?? null,
      problem: outcome.problem,
    }
  }

  async #readAndHash(family: FileFamily | null): Promise<RenderOutcome> {
    const { root, path } = this.#input
    const allowedRoots = this.#parts.roots
    const request = { type: 'read', root, allowedRoots, path, render: family === 'image' } as const
    const answer = await this.#reader.ask(request, this.#signal, (message) => {
      if (message.type === 'hashed') this.#contentHash = message.contentHash
      if (message.type !== 'opened') return
      this.#opened = message
      if (message.sizeBytes > 0) this.#metadata = this.#readMetadata(message.absolutePath)
    })
    if (answer.type === 'failed') throw new AppError(answer.code, answer.message)
    return answer.outcome
  }

  /** Never rejects, because nobody listens while the reader is at work. */
  async #readMetadata(absolutePath: PathName): Promise<FileMetadata | MetadataTooSlowError | null> {
    return await this.#parts.metadata
      .read({ root: this.#input.root, path: absolutePath }, this.#signal)
      .catch((error: unknown) => {
        return error instanceof MetadataTooSlowError ? error : null
      })
  }

  async #render(family: FileFamily | null, first: RenderOutcome, file: HashedFile): Promise<Rendered> {
    if (family === 'sidecar') return { outcome: first, media: null }
    if (family === null) {
      return { outcome: { ...first, problem: first.problem ?? unknownFormat }, media: null }
    }
    const byHeader = imageFacts(first, file.metadata?.tags)
    const unrendered: Rendered = {
      outcome: first,
      media: { ...byHeader, kind: family === 'video' ? 'video' : 'image' },
    }
    if (first.picture !== null || first.problem?.code === 'empty') return unrendered
    // A reader that ended while it only had to hash does not get the harder part.
    if (family !== 'image' && first.problem !== null) return unrendered
    const renderImage = first.foreignFormat === null ? renderBroken : renderForeign
    const render = { image: renderImage, raw: renderRaw, video: renderVideo }[family]
    let rendered: Rendered | undefined
    const outcome = await this.#orProblem(async () => {
      rendered = await render(file, this.#parts, first)
      return rendered.outcome
    })
    return rendered ?? { ...unrendered, outcome }
  }

  /** Turns the end of the reader into a fact about the file, as soon as the file has a hash to hang it on. */
  async #orProblem(work: () => Promise<RenderOutcome>): Promise<RenderOutcome> {
    try {
      return await work()
    } catch (error) {
      this.#context.signal.throwIfAborted()
      if (error instanceof MetadataTooSlowError) return { ...nothingRendered, problem: tooSlow }
      if (!(error instanceof ReaderEndedError)) throw error
      const problem = problemOfEnd(error.end, this.#known.isLastAttempt)
      if (problem !== undefined && this.#contentHash !== undefined) return { ...nothingRendered, problem }
      if (saysNothing.has(error.end) && !this.#known.isLastAttempt) throw error
      throw readFailure(error, this.#input.path)
    }
  }
}

/** Ends of a reader that are nothing about the file: it is read again, once. */
const saysNothing: ReadonlySet<ReaderEnd> = new Set(['killed', 'shut_out'])

const unknownFormat: Problem = {
  code: 'not_decodable',
  message: 'Hearth does not show this kind of file',
}

const tooSlow: Problem = {
  code: 'too_slow',
  message: 'Taking a preview out of this file took too long and was given up',
}

/** What it means for the job when the reader ended before the file had a hash. */
function readFailure(error: ReaderEndedError, path: PathName): AppError {
  if (error.end === 'stalled') {
    return new AppError(
      'timed_out',
      `Reading ${displayPathName(path)} stopped: its disk or share gives no more bytes`,
      {
        cause: error,
      },
    )
  }
  return new AppError('internal', `Reading ${displayPathName(path)} failed: ${error.message}`, {
    cause: error,
  })
}
