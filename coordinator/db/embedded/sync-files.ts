import { closeSync, fsyncSync, openSync } from 'node:fs'
import type { PGlite } from '@electric-sql/pglite'

type Stream = { nfd: number; node: unknown }
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
 * Not covered: the folder entries of new files, and torn pages where the disk tears 8 kB writes
 * (`full_page_writes` is on and covers the latter after a crash of the process or the machine).
 */
export function syncFiles(database: PGlite): void {
  const files = nodeFiles(database)
  const operations = files.stream_ops
  const write = operations.write.bind(operations)
  const dirty = new Set<string>()
  operations.write = (stream, ...rest) => {
    const path = files.realPath(stream.node)
    if (path.endsWith('/pg_control')) syncAll(dirty)
    else dirty.add(path)
    return write(stream, ...rest)
  }
  operations.fsync = (stream) => {
    fsyncSync(stream.nfd)
    dirty.delete(files.realPath(stream.node))
    return 0
  }
}

function syncAll(paths: Set<string>): void {
  for (const path of paths) {
    paths.delete(path)
    try {
      // By path: the descriptor that wrote it may have been closed and its number given away.
      const file = openSync(path, 'r')
      fsyncSync(file)
      closeSync(file)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    }
  }
}

function nodeFiles(database: PGlite): NodeFiles {
  // Emscripten's file system is not part of PGlite's types; the version is pinned and a test counts the syncs.
  const { Module } = database as unknown as { Module: { FS: { filesystems: { NODEFS: NodeFiles } } } }
  return Module.FS.filesystems.NODEFS
}
