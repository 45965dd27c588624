import { rm, stat } from 'node:fs/promises'
import type { Logger } from 'pino'
import { AppError } from '../../../protocol/errors.ts'
import { fileExtension, fileFamily } from '../../../protocol/file-formats.ts'
import type { Tags } from '../../../protocol/ingest.ts'
import { displayPathName, type PathName } from '../../../protocol/path-name.ts'
import { Places } from '../places.ts'
import { runProgram } from '../run-program.ts'
import type { WorkFolder } from '../work-folder.ts'
import { cleanTags } from './clean-tags.ts'
import { type EmbeddedPreview, listEmbeddedPreviews } from './embedded-previews.ts'
import { type ExifToolCommand, findExifToolCommand } from './exiftool-command.ts'
import { type ExifToolAnswer, ExifToolEndedError, ExifToolProcess } from './exiftool-process.ts'

/** The first version without the known ways to make ExifTool run commands. */
const MIN_VERSION = [13, 54] as const
const START_TIMEOUT_MS = 30_000
const TASK_TIMEOUT_MS = 30_000
const MAX_RSS_BYTES = 1024 ** 3
/** Perl does not give memory back. */
const RUNS_PER_PROCESS = 5_000

export type FileMetadata = {
  pass: 'fast' | 'full'
  tags: Tags
  previews: EmbeddedPreview[]
}

export type MetadataReaderOptions = {
  processes: number
  workFolder: WorkFolder
  log: Logger
  /** Another ExifTool than the one that comes with Hearth. */
  exiftoolPath?: string
  /** Where Perl is, when not in `/usr/bin`. */
  perlPath?: string
  /** Longest time for one file; default 30 s. */
  timeoutMs?: number
  /** Memory that one ExifTool may hold; default 1 GB. */
  maxRssBytes?: number
}

/** ExifTool ran out of time. Whether that is the file's fault or the machine's is the caller's to say. */
export class MetadataTooSlowError extends Error {
  constructor(path: PathName) {
    super(`ExifTool took too long with ${displayPathName(path)}`)
    this.name = 'MetadataTooSlowError'
  }
}

/**
 * Reads tags and embedded pictures through ExifTool processes that stay open.
 *
 * new → ready: `start`, which proves that ExifTool runs and is new enough. ready → stopped: `stop`.
 * A process that hangs is ended at its deadline, one whose job is cancelled at once; the next file gets
 * another one.
 */
export class MetadataReader {
  readonly #options: MetadataReaderOptions
  readonly #places: Places
  readonly #idle: ExifToolProcess[] = []
  readonly #all = new Set<ExifToolProcess>()
  #command: ExifToolCommand | undefined

  constructor(options: MetadataReaderOptions) {
    this.#options = options
    this.#places = new Places(options.processes)
  }

  /** @throws AppError `program_missing` when ExifTool cannot run or is too old */
  async start(): Promise<void> {
    const command = await findExifToolCommand(this.#options)
    requireVersion(await askVersion(command))
    this.#command = command
  }

  async stop(): Promise<void> {
    this.#command = undefined
    await Promise.all([...this.#all].map((process) => process.stop()))
  }

  /**
   * Tags of one file; null when ExifTool has nothing to say about it or fails, which the log tells.
   *
   * @param path absolute, links of its folder followed
   * @throws MetadataTooSlowError; the signal's reason when that aborts
   */
  async read(path: PathName, signal: AbortSignal): Promise<FileMetadata | null> {
    const { pass, args } = readingOf(path)
    try {
      const { text } = await this.#options.workFolder.withSafeName(path, (name) =>
        this.#run(['-json', '-n', '-G', ...args, name], signal),
      )
      const tags = parseTags(text)
      if (tags === undefined) return null
      const cleaned = cleanTags(tags)
      if (Object.keys(cleaned).length === 0) return null
      return { pass, tags: cleaned, previews: listEmbeddedPreviews(tags) }
    } catch (error) {
      signal.throwIfAborted()
      if (isTooSlow(error)) throw new MetadataTooSlowError(path)
      this.#options.log.warn(
        { path: displayPathName(path), error: String(error) },
        'ExifTool could not read a file',
      )
      return null
    }
  }

  /**
   * Runs `work` with a file that holds one embedded picture, and removes it afterwards.
   *
   * The picture goes over the disk because standard output would carry it as text through this process.
   *
   * @throws MetadataTooSlowError; AppError `disk_full`; the signal's reason when that aborts
   */
  async withPreview<T>(
    path: PathName,
    tag: string,
    signal: AbortSignal,
    work: (file: string) => Promise<T>,
  ): Promise<T | undefined> {
    const target = this.#options.workFolder.newPath('jpg')
    try {
      const { complaints } = await this.#options.workFolder.withSafeName(path, (name) =>
        this.#run(['-b', `-${tag}`, '-W!', target, name], signal),
      )
      if (isDiskFull(complaints)) throw new Error(complaints)
      const stats = await stat(target).catch(() => undefined)
      return stats === undefined || stats.size === 0 ? undefined : await work(target)
    } catch (error) {
      signal.throwIfAborted()
      if (isTooSlow(error)) throw new MetadataTooSlowError(path)
      if (!isDiskFull(error)) throw error
      throw new AppError(
        'disk_full',
        'A preview cannot be taken out of its file: the temporary folder is full',
        {
          cause: error,
        },
      )
    } finally {
      await rm(target, { force: true })
    }
  }

  /** One command; a process that somebody else ended says nothing about the file, so that is tried once more. */
  async #run(args: string[], signal: AbortSignal): Promise<ExifToolAnswer> {
    try {
      return await this.#runOnce(args, signal)
    } catch (error) {
      if (!(error instanceof ExifToolEndedError && error.end === 'gone')) throw error
      return await this.#runOnce(args, signal)
    }
  }

  async #runOnce(args: string[], signal: AbortSignal): Promise<ExifToolAnswer> {
    await this.#places.enter(signal)
    let process: ExifToolProcess | undefined
    try {
      process = this.#takeProcess()
      // The clock of the first file does not run while Perl starts.
      if (process.runs === 0) await process.run(['-ver'], START_TIMEOUT_MS, signal)
      return await process.run(args, this.#options.timeoutMs ?? TASK_TIMEOUT_MS, signal)
    } finally {
      if (process !== undefined) await this.#takeBack(process)
      this.#places.leave()
    }
  }

  #takeProcess(): ExifToolProcess {
    if (this.#command === undefined) throw new Error('The metadata reader is not running')
    for (;;) {
      const idle = this.#idle.pop()
      if (idle?.isAlive) return idle
      if (idle !== undefined) {
        this.#all.delete(idle)
        continue
      }
      const process = new ExifToolProcess(this.#command, this.#options.maxRssBytes ?? MAX_RSS_BYTES)
      this.#all.add(process)
      return process
    }
  }

  /** Waits for one that was killed: what it was writing must not appear after it has been removed. */
  async #takeBack(process: ExifToolProcess): Promise<void> {
    if (process.isAlive && process.runs < RUNS_PER_PROCESS && this.#command !== undefined) {
      this.#idle.push(process)
      return
    }
    await process.stop()
    this.#all.delete(process)
  }
}

function isTooSlow(error: unknown): boolean {
  return error instanceof ExifToolEndedError && error.end === 'too_slow'
}

/** Containers that may hold their metadata behind the pixels, where `-fast2` does not look. */
const metadataAnywhere: ReadonlySet<string> = new Set([
  ...['png', 'webp', 'gif', 'jxl', 'psd', 'heic', 'heif', 'hif', 'avif'],
])

/**
 * How much of a file ExifTool reads. JPEG and TIFF have all that the gallery needs before the pixels:
 * `-fast2` stops there and skips the maker notes. RAW files and movies need all: their previews are in
 * maker notes, their dates often at the end.
 */
export function readingOf(path: PathName): { pass: 'fast' | 'full'; args: string[] } {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const family = fileFamily(name)
  if (family === 'raw' || family === 'video') return { pass: 'full', args: [] }
  if (metadataAnywhere.has(fileExtension(name))) return { pass: 'full', args: ['-fast'] }
  return { pass: 'fast', args: ['-fast2'] }
}

function parseTags(text: string): Record<string, unknown> | undefined {
  if (text.trim() === '') return undefined
  const parsed: unknown = JSON.parse(text)
  const first: unknown = Array.isArray(parsed) ? parsed[0] : undefined
  return typeof first === 'object' && first !== null ? Object.fromEntries(Object.entries(first)) : undefined
}

/** Whether a version like `13.54` is below the oldest that Hearth runs. */
export function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major < MIN_VERSION[0] || (major === MIN_VERSION[0] && minor < MIN_VERSION[1]) || Number.isNaN(major)
}

/** The version of an ExifTool; asked before any process stays open, because this way a failure is one answer. */
async function askVersion({ file, args }: ExifToolCommand): Promise<string> {
  const limits = { timeoutMs: START_TIMEOUT_MS, maxRssBytes: 512 * 1024 * 1024, maxOutputBytes: 10_000 }
  try {
    const answer = await runProgram(file, [...args, '-ver'], limits, AbortSignal.timeout(START_TIMEOUT_MS))
    if (answer.status === 0) return answer.output.toString('latin1').trim()
    throw new Error(`status ${answer.status}: ${answer.errorText}`)
  } catch (error) {
    throw new AppError('program_missing', missingSentence(process.platform), { cause: error })
  }
}

function requireVersion(version: string): void {
  if (!isOlder(version)) return
  throw new AppError(
    'program_missing',
    `ExifTool ${version} has known security holes; Hearth needs ${MIN_VERSION.join('.')} or newer: remove the setting that names another ExifTool`,
  )
}

/** Whether an error of Node or a sentence of ExifTool says that a disk is full. */
function isDiskFull(error: unknown): boolean {
  return /ENOSPC|EDQUOT|No space left|Disk quota/i.test(String(error))
}

function missingSentence(platform: NodeJS.Platform): string {
  if (platform === 'win32') return 'ExifTool does not start; install Hearth again with `npm ci`'
  const how = platform === 'darwin' ? 'brew install perl' : 'apt-get install perl'
  return `ExifTool does not start because Perl is missing or incomplete; install it with \`${how}\``
}
