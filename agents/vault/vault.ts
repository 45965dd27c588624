import { availableParallelism } from 'node:os'
import type { Logger } from 'pino'
import { Cage } from '../cage/cage.ts'
import type { JobHandlers } from '../runtime/job-handler.ts'
import { createIngestHandler } from './ingest-handler.ts'
import { USUAL_PERL } from './metadata/exiftool-command.ts'
import { MetadataReader } from './metadata/metadata-reader.ts'
import { openProvedCage } from './prove-readers.ts'
import { ReaderPool } from './reader/reader-pool.ts'
import { createScanHandler } from './scan/scan-handler.ts'
import { KeptVersions } from './sidecar/kept-versions.ts'
import { MergeTool } from './sidecar/merge-tool.ts'
import { Placers } from './sidecar/place/placers.ts'
import { createSidecarHandlers } from './sidecar/sidecar-handlers.ts'
import { findVideoTools } from './video/find-video-tools.ts'
import { WorkFolder } from './work-folder.ts'

const MEBIBYTE = 1024 * 1024

/** Where this agent may write sidecars, and keeps what they were before. */
export type WriteBackOptions = {
  roots: readonly string[]
  mirrorRoots: readonly string[]
  keptVersionsFolder: string
  keep: number
  /** Sidecars merged at once; default 2. */
  processes?: number
}

export type VaultOptions = {
  /** Folders this agent may read. A library must lie in one of them. */
  roots: readonly string[]
  /** Hearth's own folders, never part of a library. */
  dataFolders: readonly string[]
  log: Logger
  /** What the programs that open originals run in; default: as much of one as this machine can. */
  cage?: Cage
  /** From `findProgram`; null when not installed. Both are needed for movies. */
  ffmpegPath: string | null
  ffprobePath: string | null
  /** Another ExifTool than the one that comes with Hearth; at least 13.54. */
  exiftoolPath?: string
  /** Where Perl is, when not in `/usr/bin`; ExifTool needs it except on Windows. */
  perlPath?: string
  /** Undefined: no sidecar is ever written. */
  writeBack?: WriteBackOptions
  /** Reader processes; as many files are ingested at once. Default: one for each core, at most 8. */
  readers?: number
  /** Longest time for the pictures of one image; default 30 s. */
  imageTimeoutMs?: number
  /** Longest time for each run of ffmpeg; default 120 s. */
  videoTimeoutMs?: number
  /** Longest silence of a disk while a file is read or a folder walked; default 60 s. */
  stallTimeoutMs?: number
  /** Longest time for the tags of one file; default 30 s. */
  metadataTimeoutMs?: number
  /** Memory that one decoder may hold; default 1 GB. */
  maxDecoderRssBytes?: number
}

/**
 * Everything that a vault agent needs to read originals: a work folder, ExifTool, the readers.
 *
 * new → started: `start` opens them in this order; when one fails, those before it are closed again.
 * started → stopped: `stop` closes them in reverse. There is no way back.
 */
export class Vault {
  readonly #options: VaultOptions
  readonly #opened: (() => Promise<void>)[] = []
  #handlers: JobHandlers = {}
  #cage = Cage.none('the vault has not started')

  constructor(options: VaultOptions) {
    this.#options = options
  }

  /** The kinds of jobs a vault runs; empty until it has started. */
  get handlers(): JobHandlers {
    return this.#handlers
  }

  /** What the programs that open originals run in. */
  get cage(): Cage {
    return this.#cage
  }

  /** @throws AppError `program_missing` when ExifTool cannot run; the message says how to get what it needs */
  async start(): Promise<void> {
    try {
      await this.#open()
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  async stop(): Promise<void> {
    this.#handlers = {}
    for (let close = this.#opened.pop(); close !== undefined; close = this.#opened.pop()) await close()
  }

  async #open(): Promise<void> {
    const { roots, dataFolders, log, exiftoolPath, perlPath, metadataTimeoutMs, writeBack } = this.#options
    const readerCount = this.#options.readers ?? Math.min(availableParallelism(), 8)
    const maxRssBytes = this.#options.maxDecoderRssBytes ?? 1_024 * MEBIBYTE

    const cage = this.#options.cage ?? (await openProvedCage(perlPath))
    this.#cage = cage
    const workFolder = await WorkFolder.create()
    this.#opened.push(() => workFolder.remove())
    const processes = Math.max(1, Math.ceil(readerCount / 2))
    const metadata = new MetadataReader({
      processes,
      cage,
      roots,
      workFolder,
      log,
      exiftoolPath,
      perlPath,
      timeoutMs: metadataTimeoutMs,
      maxRssBytes,
    })
    this.#opened.push(() => metadata.stop())
    const video = findVideoTools({
      cage,
      ffmpegPath: this.#options.ffmpegPath,
      ffprobePath: this.#options.ffprobePath,
      timeoutMs: this.#options.videoTimeoutMs ?? 120_000,
      maxRssBytes,
    })
    await metadata.start()
    const stallTimeoutMs = this.#options.stallTimeoutMs ?? 60_000
    const readers = new ReaderPool({
      size: readerCount,
      cage,
      roots,
      workFolder: workFolder.path,
      stallMs: stallTimeoutMs,
      renderMs: this.#options.imageTimeoutMs ?? 30_000,
      maxRssBytes,
    })
    this.#opened.push(() => readers.stop())
    this.#handlers = {
      'library.scan': createScanHandler({ cage, roots, dataFolders, stallTimeoutMs }),
      'file.ingest': createIngestHandler({ roots, readers, metadata, workFolder, ...(await video) }),
      ...(writeBack === undefined ? {} : this.#openWriteBack(writeBack, cage, workFolder, stallTimeoutMs)),
    }
  }
  /** All of it starts with the first sidecar. */
  #openWriteBack(
    { roots, mirrorRoots, keptVersionsFolder, keep, processes = 2 }: WriteBackOptions,
    cage: Cage,
    workFolder: WorkFolder,
    stallTimeoutMs: number,
  ): JobHandlers {
    const { exiftoolPath, perlPath = USUAL_PERL } = this.#options
    const options = { cage, workFolder: workFolder.path, processes, exiftoolPath, perlPath }
    const writer = new MergeTool({ ...options, purpose: 'write' })
    const reader = new MergeTool({ ...options, purpose: 'read' })
    const placers = new Placers({ cage, stallTimeoutMs })
    this.#opened.push(
      () => writer.stop(),
      () => reader.stop(),
      () => placers.stop(),
    )
    const kept = new KeptVersions(keptVersionsFolder, keep)
    return createSidecarHandlers({ writer, reader, workFolder, placers, kept, roots, mirrorRoots, perlPath })
  }
}
