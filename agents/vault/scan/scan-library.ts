import { resolve } from 'node:path'
import { AppError } from '../../../protocol/errors.ts'
import type { PathName } from '../../../protocol/path-name.ts'
import {
  type ScanChunk,
  ScanChunkAnswer,
  type ScanInput,
  type ScanResult,
  type SkippedPath,
  type SkipReason,
} from '../../../protocol/scan.ts'
import { liesWithin, realPathName } from '../absolute-path.ts'
import { findRoot, findRootLoss, type MountedRoot } from '../root-guard.ts'
import { FOLDERS_PER_CHUNK, filesChunks, type ListedFolder, SKIPPED_PER_CHUNK } from './scan-batches.ts'
import { isStillListed } from './still-listed.ts'
import type { WalkedFolder } from './walk-folder.ts'
import { Walker } from './walker.ts'

/** Files kept in memory while their folders wait for an answer; about 20 MB. */
const FILES_IN_MEMORY = 50_000
/** With more unknown files than this in one folder, the folder as a whole is unknown. */
const UNKNOWN_FILES_PER_FOLDER = 50

export type ScanOptions = {
  /** Folders this agent may read. A library must lie in one of them. */
  roots: readonly string[]
  /** Hearth's own folders, never part of a library. */
  dataFolders: readonly string[]
}

/** Who a scan reports to. */
export type ScanListener = {
  /** Resolves with the coordinator's answer. */
  sendChunk(chunk: ScanChunk): Promise<unknown>
  reportProgress(files: number): void
  /** Something was read: the disk is alive. */
  onEntries(): void
}

/** Walks a library and tells the coordinator what differs from what it knows. Runs in the scan process. */
export async function scanLibrary(
  input: ScanInput,
  options: ScanOptions,
  listener: ScanListener,
): Promise<ScanResult> {
  const found = await findRoot(input.root, options.roots)
  if (found.state === 'offline') return { outcome: 'offline', reason: found.reason }
  const dataFolders = await dataFoldersWithin(found.root.path, options.dataFolders)
  const scan = new Scan(found.root, listener)
  const rules = { ignoreGlobs: input.ignoreGlobs, dataFolders }
  try {
    for await (const folder of new Walker({ root: found.root.path, rules }, listener.onEntries)) {
      await scan.take(folder)
    }
    return await scan.finish()
  } catch (error) {
    if (error instanceof RootLostError) return { outcome: 'offline', reason: error.message }
    throw error
  }
}

/** The root went away during the walk; what was read since then says nothing. */
class RootLostError extends Error {}

/**
 * The state of one running scan: what has been walked and not yet sent, and the totals.
 *
 * Before anything is sent the root is looked at again, so that nothing read from an empty mount point
 * is ever reported as a listing.
 */
class Scan {
  readonly #root: MountedRoot
  readonly #listener: ScanListener
  readonly #folders: ListedFolder[] = []
  readonly #skipped: SkippedPath[] = []
  readonly #unreadable: PathName[] = []
  readonly #skippedCounts: Partial<Record<SkipReason, number>> = {}
  #filesInMemory = 0
  #folderCount = 0
  #fileCount = 0

  constructor(root: MountedRoot, listener: ScanListener) {
    this.#root = root
    this.#listener = listener
  }

  async take(folder: WalkedFolder): Promise<void> {
    if (folder.failed !== null) return await this.#takeFailed(folder.path, folder.failed)
    this.#folderCount += 1
    this.#fileCount += folder.files.count
    this.#filesInMemory += folder.files.count
    if (folder.unknown.length > UNKNOWN_FILES_PER_FOLDER) this.#unreadable.push(folder.path)
    else this.#unreadable.push(...folder.unknown)
    for (const skipped of folder.skipped) this.#skip(skipped)
    this.#folders.push({ path: folder.path, digest: folder.digest, files: folder.files })
    if (this.#folders.length >= FOLDERS_PER_CHUNK || this.#filesInMemory >= FILES_IN_MEMORY) {
      await this.#sendFolders()
    }
    if (this.#skipped.length >= SKIPPED_PER_CHUNK) await this.#sendSkipped()
  }

  async finish(): Promise<ScanResult> {
    if (this.#folders.length > 0) await this.#sendFolders()
    if (this.#skipped.length > 0) await this.#sendSkipped()
    await this.#requireRoot()
    return {
      outcome: 'complete',
      folders: this.#folderCount,
      files: this.#fileCount,
      skipped: this.#skippedCounts,
      unreadable: withoutInner(this.#unreadable),
    }
  }

  async #takeFailed(path: PathName, code: string): Promise<void> {
    await this.#requireRoot()
    if (path === '') throw new RootLostError(`The folder cannot be read any more (${code})`)
    const gone = code === 'ENOENT' || code === 'ENOTDIR'
    if (gone && !(await isStillListed(this.#root.path, path))) return
    this.#unreadable.push(path)
    this.#skip({ path, reason: 'unreadable' })
  }

  #skip(skipped: SkippedPath): void {
    this.#skipped.push(skipped)
    this.#skippedCounts[skipped.reason] = (this.#skippedCounts[skipped.reason] ?? 0) + 1
  }

  async #sendFolders(): Promise<void> {
    const folders = this.#folders.splice(0)
    this.#filesInMemory = 0
    const { changed } = ScanChunkAnswer.parse(
      await this.#send({
        type: 'folders',
        folders: folders.map(({ path, digest, files }) => ({ path, digest, files: files.count })),
      }),
    )
    const wanted = new Set(changed)
    for (const chunk of filesChunks(folders.filter(({ path }) => wanted.has(path)))) await this.#send(chunk)
    this.#listener.reportProgress(this.#fileCount)
  }

  async #sendSkipped(): Promise<void> {
    const skipped = this.#skipped.splice(0)
    for (let at = 0; at < skipped.length; at += SKIPPED_PER_CHUNK) {
      await this.#send({ type: 'skipped', skipped: skipped.slice(at, at + SKIPPED_PER_CHUNK) })
    }
  }

  async #send(chunk: ScanChunk): Promise<unknown> {
    await this.#requireRoot()
    return await this.#listener.sendChunk(chunk)
  }

  async #requireRoot(): Promise<void> {
    const loss = await findRootLoss(this.#root)
    if (loss !== undefined) throw new RootLostError(loss)
  }
}

/** The data folders below a root, relative to it. */
async function dataFoldersWithin(root: PathName, dataFolders: readonly string[]): Promise<Set<PathName>> {
  const resolved = await Promise.all(
    dataFolders.map((folder) => realPathName(folder).catch(() => resolve(folder))),
  )
  if (resolved.some((folder) => liesWithin(folder, root))) {
    throw new AppError(
      'refused_by_agent',
      "The library's root lies in Hearth's own data folder; choose another folder",
    )
  }
  const below = resolved.filter((folder) => liesWithin(root, folder))
  return new Set(below.map((folder) => folder.slice(root.endsWith('/') ? root.length : root.length + 1)))
}

/** Without the paths that lie below another one. */
function withoutInner(paths: readonly PathName[]): PathName[] {
  const all = new Set(paths)
  return [...all].filter((path) => path === '' || !ancestorsOf(path).some((outer) => all.has(outer)))
}

function ancestorsOf(path: PathName): PathName[] {
  const segments = path.split('/')
  return segments.map((_, depth) => segments.slice(0, depth).join('/'))
}
