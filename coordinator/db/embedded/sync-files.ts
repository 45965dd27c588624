import { closeSync, fsyncSync, openSync } from 'node:fs'
import type { PGlite } from '@electric-sql/pglite'

/** The engine's number for "input/output error". */
const EIO = 29

/** `nfd` is the descriptor on this machine; folders have none. */
type Stream = { nfd?: number; node: unknown }
type NodeFiles = {
  /** Path on this machine of a file that the engine has open. */
  realPath(node: unknown): string
  stream_ops: {
    write(stream: Stream, ...rest: unknown[]): number
    fsync?(stream: Stream): number
  }
}

/**
 * Postgres without `-F`, so that it asks for a sync at each commit. PGlite passes `-F` by default.
 * A transaction that may be redone says `set local synchronous_commit = off` and does not wait.
 */
export function syncingStartParameters(defaults: readonly string[]): string[] {
  return [
    ...defaults.filter((parameter) => parameter !== '-F'),
    '-c',
    'fsync=on',
    '-c',
    'wal_sync_method=fsync',
  ]
}

/**
 * Lets the engine's sync requests reach the disk: the file layer under it has none and drops them.
 *
 * What a checkpoint must have on disk before old WAL goes away is not asked for through that layer at
 * all, so data files written since the last checkpoint are synced here before `pg_control` is written,
 * which is the last thing a checkpoint does before it lets WAL go.
 *
 * Folders are synced too, when the engine asks: a new WAL segment is a renamed file.
 * A sync that fails must reach the engine as an error number, because any other exception breaks its stack
 * and it never returns; Postgres then panics, as it must: what it believed written may be lost.
 *
 * Not covered: torn pages where the disk tears 8 kB writes (`full_page_writes` is on and covers them).
 */
export function syncFiles(database: PGlite): void {
  const { files, ErrnoError } = nodeFiles(database)
  const orFail = (sync: () => void) => {
    try {
      sync()
    } catch {
      throw new ErrnoError(EIO)
    }
  }
  const operations = files.stream_ops
  const write = operations.write.bind(operations)
  const dirty = new Set<string>()
  operations.write = (stream, ...rest) => {
    const path = files.realPath(stream.node)
    if (path.endsWith('/pg_control')) orFail(() => syncAll(dirty))
    else dirty.add(path)
    return write(stream, ...rest)
  }
  operations.fsync = (stream) => {
    const path = files.realPath(stream.node)
    orFail(() => (stream.nfd === undefined ? syncFolder(path) : fsyncSync(stream.nfd)))
    dirty.delete(path)
    return 0
  }
}

function syncAll(paths: Set<string>): void {
  for (const path of paths) {
    try {
      // By path: the descriptor that wrote it may have been closed and its number given away.
      syncPath(path, 'r+')
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    }
    paths.delete(path)
  }
}

/** Windows has no such thing; its file system keeps folders by itself. */
function syncFolder(path: string): void {
  if (process.platform !== 'win32') syncPath(path, 'r')
}

function syncPath(path: string, flags: 'r' | 'r+'): void {
  const file = openSync(path, flags)
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function nodeFiles(database: PGlite): { files: NodeFiles; ErrnoError: new (errno: number) => Error } {
  // Emscripten's file system is not part of PGlite's types; the version is pinned and a test counts the syncs.
  const { Module } = database as unknown as {
    Module: { FS: { filesystems: { NODEFS: NodeFiles }; ErrnoError: new (errno: number) => Error } }
  }
  return { files: Module.FS.filesystems.NODEFS, ErrnoError: Module.FS.ErrnoError }
}
