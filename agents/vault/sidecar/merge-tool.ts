import { fileURLToPath } from 'node:url'
import type { Cage } from '../../cage/cage.ts'
import { type ExifToolCommand, findExifToolCommand } from '../metadata/exiftool-command.ts'
import {
  type ExifToolAnswer,
  ExifToolEndedError,
  ExifToolProcess,
  stayOpen,
} from '../metadata/exiftool-process.ts'
import { Places } from '../places.ts'

/** Comes with Hearth: the names of its own properties. */
const CONFIG = fileURLToPath(new URL('./exiftool.config', import.meta.url))
const TIMEOUT_MS = 30_000
const MAX_RSS_BYTES = 512 * 1024 ** 2
/** What Perl may hold beside what is watched. */
const OWN_DATA_BYTES = 1024 ** 3
/** Perl does not give memory back. */
const RUNS_PER_PROCESS = 5_000

export type MergeToolOptions = {
  /**
   * `write` knows Hearth's own properties. One that has written lists of regions names their tags differently from then
   * on, so that reading, as ingesting does it, is left to others.
   */
  purpose: 'read' | 'write'
  cage: Cage
  /** The only folder that these ExifTools see: no vault. */
  workFolder: string
  /** As many work at once. */
  processes: number
  exiftoolPath?: string | undefined
  perlPath?: string | undefined
}

/**
 * ExifTool processes that read or change private copies of sidecars. They start when they are needed and stay; `stop` ends
 * them for good.
 */
export class MergeTool {
  readonly #options: MergeToolOptions
  readonly #places: Places
  readonly #all = new Set<ExifToolProcess>()
  readonly #idle: ExifToolProcess[] = []
  #command: Promise<ExifToolCommand> | undefined

  constructor(options: MergeToolOptions) {
    this.#options = options
    this.#places = new Places(options.processes)
  }

  /**
   * One command. A process that somebody else ended says nothing about the file: then it is tried once more.
   *
   * @throws ExifToolEndedError; the signal's reason when that aborts
   */
  async run(args: readonly string[], signal: AbortSignal): Promise<ExifToolAnswer> {
    await this.#places.enter(signal)
    try {
      return await this.#runOnce(args, signal).catch((error: unknown) => {
        signal.throwIfAborted()
        if (error instanceof ExifToolEndedError && error.end === 'gone') return this.#runOnce(args, signal)
        throw error
      })
    } finally {
      this.#places.leave()
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#all].map((process) => process.stop()))
  }

  async #runOnce(args: readonly string[], signal: AbortSignal): Promise<ExifToolAnswer> {
    const idle = this.#idle.pop()
    const process = idle?.isAlive ? idle : await this.#startProcess()
    if (idle !== undefined && idle !== process) this.#all.delete(idle)
    try {
      return await process.run(args, TIMEOUT_MS, signal)
    } finally {
      if (process.isAlive && process.runs < RUNS_PER_PROCESS) {
        this.#idle.push(process)
      } else {
        await process.stop()
        this.#all.delete(process)
      }
    }
  }

  async #startProcess(): Promise<ExifToolProcess> {
    const { cage, workFolder, purpose } = this.#options
    this.#command ??= findExifToolCommand(this.#options)
    const { file, args, folder } = await this.#command
    const command = cage.around(
      { file, args: [...args, ...(purpose === 'write' ? ['-config', CONFIG] : []), ...stayOpen] },
      { reads: [folder, CONFIG], writes: [workFolder], maxDataBytes: MAX_RSS_BYTES + OWN_DATA_BYTES },
    )
    const process = new ExifToolProcess(command, MAX_RSS_BYTES)
    this.#all.add(process)
    return process
  }
}
