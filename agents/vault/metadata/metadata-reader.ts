import { rm, stat } from 'node:fs/promises'
import type { Logger } from 'pino'
import { AppError } from '../../../protocol/errors.ts'
import { fileExtension, fileFamily } from '../../../protocol/file-formats.ts'
import type { Tags } from '../../../protocol/ingest.ts'
import { displayPathName, type PathName } from '../../../protocol/path-name.ts'
import type { Cage, Command } from '../../cage/cage.ts'
import { IdleProcesses } from '../idle-processes.ts'
import { Places } from '../places.ts'
import { currentGroupOf, type RootGroup } from '../root-groups.ts'
import { runProgram } from '../run-program.ts'
import { isOlder, versionFloors } from '../version-floor.ts'
import type { WorkFolder } from '../work-folder.ts'
import { cleanTags, pictureLimits, sidecarLimits, type TagLimits } from './clean-tags.ts'
import { type EmbeddedPreview, listEmbeddedPreviews } from './embedded-previews.ts'
import { type ExifToolCommand, findExifToolCommand } from './exiftool-command.ts'
import { type ExifToolAnswer, ExifToolEndedError, ExifToolProcess, stayOpen } from './exiftool-process.ts'
import { parseTags } from './parse-tags.ts'

const START_TIMEOUT_MS = 30_000
const TASK_TIMEOUT_MS = 30_000
const MAX_RSS_BYTES = 1024 ** 3
/** What Perl may hold beside what is watched. */
const OWN_DATA_BYTES = 1024 ** 3
/** Perl does not give memory back. */
const RUNS_PER_PROCESS = 5_000

export type FileMetadata = {
  pass: 'fast' | 'full'
  tags: Tags
  previews: EmbeddedPreview[]
}

/** A file to read, and the root of its library. Both absolute; of the file's folder links are followed. */
export type FileInLibrary = { root: PathName; path: PathName }

export type MetadataReaderOptions = {
  processes: number
  cage: Cage
  /** Folders this agent may read. */
  roots: readonly string[]
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
  readonly #idle: IdleProcesses<ExifToolProcess>
  readonly #all = new Set<ExifToolProcess>()
  #command: ExifToolCommand | undefined

  constructor(options: MetadataReaderOptions) {
    this.#options = options
    this.#places = new Places(options.processes)
    this.#idle = new IdleProcesses(options.processes)
  }

  /** @throws AppError `program_missing` when ExifTool cannot run or is too old */
  async start(): Promise<void> {
    const command = await findExifToolCommand(this.#options)
    requireVersion(await askVersion(this.#options.cage, command))
    this.#command = command
  }

  async stop(): Promise<void> {
    this.#command = undefined
    await Promise.all([...this.#all].map((process) => process.stop()))
  }

  /**
   * Tags of one file; null when ExifTool has nothing to say about it or fails, which the log tells.
   *
   * @throws MetadataTooSlowError; the signal's reason when that aborts
   */
  async read({ root, path }: FileInLibrary, signal: AbortSignal): Promise<FileMetadata | null> {
    const { pass, args } = readingOf(path)
    try {
      const { text } = await this.#options.workFolder.withSafeName(path, (name) =>
        this.#run(root, ['-json', '-n', '-G', ...args, name], signal),
      )
      const tags = parseTags(text)
      if (tags === undefined) return null
      const cleaned = cleanTags(tags, limitsOf(path))
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
    { root, path }: FileInLibrary,
    tag: string,
    signal: AbortSignal,
    work: (file: string) => Promise<T>,
  ): Promise<T | undefined> {
    const target = this.#options.workFolder.newPath('jpg')
    try {
      const { complaints } = await this.#options.workFolder.withSafeName(path, (name) =>
        this.#run(root, ['-b', `-${tag}`, '-W!', target, name], signal),
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

  /**
   * One command. A process that somebody else ended says nothing about the file, nor does one whose cage is
   * older than the file's folder: then it is tried once more.
   */
  async #run(root: PathName, args: string[], signal: AbortSignal): Promise<ExifToolAnswer> {
    const group = currentGroupOf(root, this.#options.roots)
    try {
      const { answer, wasNew } = await this.#runOnce(group, args, signal)
      if (wasNew || !cannotOpen(answer)) return answer
      await Promise.all(this.#idle.takeAll(group.key).map((process) => this.#end(process)))
    } catch (error) {
      if (!(error instanceof ExifToolEndedError && error.end === 'gone')) throw error
    }
    return (await this.#runOnce(group, args, signal)).answer
  }

  async #runOnce(
    group: RootGroup,
    args: string[],
    signal: AbortSignal,
  ): Promise<{ answer: ExifToolAnswer; wasNew: boolean }> {
    await this.#places.enter(signal)
    let process: ExifToolProcess | undefined
    try {
      process = await this.#takeProcess(group)
      const wasNew = process.runs === 0
      // The clock of the first file does not run while Perl starts.
      if (wasNew) await process.run(['-ver'], START_TIMEOUT_MS, signal)
      const answer = await process.run(args, this.#options.timeoutMs ?? TASK_TIMEOUT_MS, signal)
      return { answer, wasNew }
    } finally {
      if (process !== undefined) await this.#takeBack(group, process)
      this.#places.leave()
    }
  }

  async #takeProcess(group: RootGroup): Promise<ExifToolProcess> {
    if (this.#command === undefined) throw new Error('The metadata reader is not running')
    for (;;) {
      const idle = this.#idle.take(group.key)
      if (idle?.isAlive) return idle
      if (idle !== undefined) {
        this.#all.delete(idle)
        continue
      }
      const surplus = this.#idle.takeSurplus(this.#all.size)
      if (surplus !== undefined) await this.#end(surplus)
      const maxRssBytes = this.#options.maxRssBytes ?? MAX_RSS_BYTES
      const process = new ExifToolProcess(this.#cagedCommand(this.#command, group, maxRssBytes), maxRssBytes)
      this.#all.add(process)
      return process
    }
  }

  #cagedCommand({ file, args, folder }: ExifToolCommand, group: RootGroup, maxRssBytes: number): Command {
    const { cage, workFolder } = this.#options
    return cage.around(
      { file, args: [...args, ...stayOpen] },
      {
        reads: [folder, ...group.roots],
        writes: [workFolder.path],
        maxDataBytes: maxRssBytes + OWN_DATA_BYTES,
      },
    )
  }

  /** Waits for one that was killed: what it was writing must not appear after it has been removed. */
  async #takeBack(group: RootGroup, process: ExifToolProcess): Promise<void> {
    if (process.isAlive && process.runs < RUNS_PER_PROCESS && this.#command !== undefined) {
      this.#idle.put(group.key, process)
      return
    }
    await this.#end(process)
  }

  async #end(process: ExifToolProcess): Promise<void> {
    await process.stop()
    this.#all.delete(process)
  }
}

/** ExifTool's words for a file that it may not open. */
function cannotOpen({ text, complaints }: ExifToolAnswer): boolean {
  return /Error opening file|Permission denied/.test(complaints) || /Error opening file/.test(text)
}

function isTooSlow(error: unknown): boolean {
  return error instanceof ExifToolEndedError && error.end === 'too_slow'
}

/** A sidecar is all words, and those of people must come back whole from it. */
function limitsOf(path: PathName): TagLimits {
  return fileFamily(path.slice(path.lastIndexOf('/') + 1)) === 'sidecar' ? sidecarLimits : pictureLimits
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

/** The version of an ExifTool; asked before any process stays open, because this way a failure is one answer. */
async function askVersion(cage: Cage, command: ExifToolCommand): Promise<string> {
  const { file, args } = cage.around(
    { file: command.file, args: [...command.args, '-ver'] },
    { reads: [command.folder] },
  )
  const limits = { timeoutMs: START_TIMEOUT_MS, maxRssBytes: 512 * 1024 * 1024, maxOutputBytes: 10_000 }
  try {
    const answer = await runProgram(file, args, limits, AbortSignal.timeout(START_TIMEOUT_MS))
    if (answer.status === 0) return answer.output.toString('latin1').trim()
    throw new Error(`status ${answer.status}: ${answer.errorText}`)
  } catch (error) {
    throw new AppError('program_missing', missingSentence(process.platform), { cause: error })
  }
}

function requireVersion(version: string): void {
  if (!isOlder(version, versionFloors.exiftool)) return
  throw new AppError(
    'program_missing',
    `ExifTool ${version} has known security holes; Hearth needs ${versionFloors.exiftool} or newer: remove the setting that names another ExifTool`,
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
