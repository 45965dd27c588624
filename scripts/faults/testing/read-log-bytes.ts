import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Size of an embedded database's write-ahead log on the disk. */
export function readLogBytes(rigFolder: string): number {
  const folder = join(rigFolder, 'database', 'pgdata', 'pg_wal')
  return readdirSync(folder)
    .filter((name) => /^[0-9A-F]{24}$/.test(name))
    .reduce((total, name) => total + sizeOf(join(folder, name)), 0)
}

/** A segment may go between the listing and the look. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
