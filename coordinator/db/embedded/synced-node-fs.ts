import { fdatasyncSync, fstatSync } from 'node:fs'
import type { PGlite } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'
import type { DiskReserve } from './disk-reserve.ts'
import type { LogSync } from './log-sync.ts'
import { syncFile, syncFolder } from './sync-path.ts'
import { UnsyncedFiles } from './unsynced-files.ts'

/** The engine's numbers for "input/output error" and "no space left on device". */
const EIO = 29
const ENOSPC = 51
/** Tables, indexes and the temporary files of large sorts: what may be refused without breaking the engine. */
const dataFile = /[\\/]pgdata[\\/]base[\\/]/
/** What an unlogged table is made anew from after a crash. */
const initFork = /_init$/
const logSegment = /[\\/]pg_wal[\\/][0-9A-F]{24}$/

/** `nfd` is the descriptor on this machine; folders have none. */
type Stream = { nfd?: number; node: unknown }
type NodeFiles = {
  /** Path on this machine. */
  realPath(node: unknown): string
  node_ops: {
    mknod(parent: unknown, name: string, mode: number, device: number): unknown
    rename(node: unknown, folder: unknown, name: string): void
    unlink(parent: unknown, name: string): void
    rmdir(parent: unknown, name: string): void
    setattr(node: unknown, attributes: { size?: number }): void
  }
  stream_ops: {
    write(stream: Stream, buffer: unknown, offset: number, length: number, position: number): number
    fsync?(stream: Stream): number
  }
}
type EngineFiles = {
  filesystems: { NODEFS: NodeFiles }
  ErrnoError: new (errno: number) => Error
  isDir(mode: number): boolean
}

export type SyncedFilesOptions = {
  /** Without it each commit waits for the disk within the engine. */
  logSync?: LogSync
  reserve?: DiskReserve
  /** Told the size of each write to the write-ahead log, and when the log begins anew at a checkpoint. */
  onLogWritten?: (bytes: number) => void
  onCheckpoint?: () => void
  /** Told that the engine gave up, as Postgres does when its files fail it. PGlite itself goes on as if nothing were. */
  onAborted?: () => void
  /** Told each line that the engine writes for its operator: PGlite itself drops them. */
  onEngineLine?: (line: string) => void
}

/**
 * PGlite's files on this machine's disk, with the engine's sync requests reaching it.
 *
 * The file layer that PGlite brings has no sync and drops the requests. Beyond letting them through:
 *
 * - `pg_control` is the last that a checkpoint writes before it lets old log go. Before it is written, every
 *   file that has changed is synced, and every folder in which something was created, renamed or removed.
 *   The engine asks for some of these itself, but not for the folders: on most file systems a new file's entry
 *   comes with it, but nobody has promised that.
 * - The folder of an unlogged table is synced when that is made, before the log says so. A recovery that found the
 *   table's file without the one that marks it as unlogged would end there: "File exists".
 * - Syncs of the log are left to `logSync` if there is one, and settled before anything else is changed.
 * - In place before the engine starts: its recovery after a crash ends with a checkpoint too.
 *
 * A sync that fails must reach the engine as an error number, because any other exception breaks its stack
 * and it never returns.
 */
export class SyncedNodeFS extends NodeFS {
  readonly #options: SyncedFilesOptions

  constructor(folder: string, options: SyncedFilesOptions) {
    super(folder)
    this.#options = options
  }

  override async init(engine: PGlite, engineOptions: Parameters<NodeFS['init']>[1]) {
    const { emscriptenOpts } = await super.init(engine, engineOptions)
    const patch = (module: { FS: unknown }) => patchFiles(module.FS as EngineFiles, this.#options)
    return {
      emscriptenOpts: {
        ...emscriptenOpts,
        preRun: [...(emscriptenOpts.preRun ?? []), patch],
        onAbort: () => this.#options.onAborted?.(),
        printErr: (line: string) => this.#options.onEngineLine?.(line),
      },
    }
  }
}

function patchFiles(engineFiles: EngineFiles, options: SyncedFilesOptions): void {
  const { logSync, reserve, onLogWritten, onCheckpoint } = options
  const { NODEFS: files } = engineFiles.filesystems
  const { mknod, rename, unlink, rmdir, setattr } = files.node_ops
  const { write } = files.stream_ops
  const unsynced = new UnsyncedFiles()

  const orFail = (sync: () => void) => {
    try {
      sync()
    } catch {
      throw new engineFiles.ErrnoError(EIO)
    }
  }
  const beforeChange = () => orFail(() => logSync?.settleNow())
  const pathIn = (parent: unknown, name: string) => `${files.realPath(parent)}/${name}`

  files.node_ops.mknod = (parent, name, mode, device) => {
    beforeChange()
    const node = mknod(parent, name, mode, device)
    const path = pathIn(parent, name)
    if (engineFiles.isDir(mode)) unsynced.createdFolder(path)
    else unsynced.created(path)
    if (initFork.test(name)) orFail(() => syncFolder(files.realPath(parent)))
    return node
  }
  files.node_ops.rename = (node, folder, name) => {
    beforeChange()
    const from = files.realPath(node)
    rename(node, folder, name)
    unsynced.renamed(from, pathIn(folder, name))
  }
  files.node_ops.unlink = (parent, name) => {
    beforeChange()
    unlink(parent, name)
    unsynced.removed(pathIn(parent, name))
  }
  files.node_ops.rmdir = (parent, name) => {
    beforeChange()
    rmdir(parent, name)
    unsynced.removed(pathIn(parent, name))
  }
  files.node_ops.setattr = (node, attributes) => {
    if (attributes.size === undefined) return setattr(node, attributes)
    beforeChange()
    setattr(node, attributes)
    unsynced.changed(files.realPath(node))
  }

  files.stream_ops.write = (stream, buffer, offset, length, position) => {
    const path = files.realPath(stream.node)
    if (logSegment.test(path)) {
      onLogWritten?.(length)
    } else {
      beforeChange()
      if (path.endsWith('/pg_control')) {
        orFail(() => syncAll(unsynced))
        onCheckpoint?.()
      } else if (
        reserve &&
        dataFile.test(path) &&
        !reserve.allows(length) &&
        grows(stream, position + length)
      ) {
        throw new engineFiles.ErrnoError(ENOSPC)
      }
    }
    unsynced.changed(path)
    return write(stream, buffer, offset, length, position)
  }
  files.stream_ops.fsync = (stream) => {
    const path = files.realPath(stream.node)
    const { nfd } = stream
    if (nfd === undefined) orFail(() => syncFolder(path))
    else if (logSync && logSegment.test(path)) orFail(() => logSync.owe(path))
    else orFail(() => fdatasyncSync(nfd))
    unsynced.synced(path)
    return 0
  }
}

function grows({ nfd }: Stream, end: number): boolean {
  return nfd !== undefined && end > fstatSync(nfd).size
}

/** Files before folders: an entry on the disk must not lead to what is not there. */
function syncAll({ files, folders }: UnsyncedFiles): void {
  for (const [paths, sync] of [
    [files, syncFile],
    [folders, syncFolder],
  ] as const) {
    for (const path of paths) {
      try {
        sync(path)
      } catch (error) {
        // Removed together with its folder.
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
      }
      paths.delete(path)
    }
  }
}
