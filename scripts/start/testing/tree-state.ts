import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Bytes, times and permissions of everything below a folder, as one comparable object. */
export function treeState(folder: string): Record<string, string> {
  const state: Record<string, string> = {}
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const stats = lstatSync(path, { bigint: true })
    const content = entry.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : ''
    state[path] = [
      stats.mode,
      stats.uid,
      stats.gid,
      stats.size,
      stats.mtimeNs,
      stats.ctimeNs,
      stats.ino,
      content,
    ].join(' ')
  }
  return state
}
