import { realpath } from 'node:fs/promises'
import { sep } from 'node:path'
import { decodePathName, encodePathName, joinPathName, type PathName } from '../../protocol/path-name.ts'

/**
 * What to hand to `node:fs` for a path name: text where text has the same bytes, which is faster, and
 * a Buffer for names that are not UTF-8.
 */
export function fsPath(path: PathName): string | Buffer {
  return path.isWellFormed() ? path : Buffer.from(encodePathName(path))
}

/** The absolute path of something in a library; `path` is relative, empty for the root itself. */
export function absolutePath(root: PathName, path: PathName): PathName {
  if (path === '') return root
  return joinPathName(root.endsWith('/') ? root.slice(0, -1) : root, path)
}

/** The path with all links followed, every byte kept. */
export async function realPathName(path: PathName): Promise<PathName> {
  return decodePathName(await realpath(fsPath(path), { encoding: 'buffer' }))
}

/** Whether `path` is `folder` or lies below it, by whole segments. Both absolute and resolved. */
export function liesWithin(folder: PathName, path: PathName): boolean {
  if (path === folder) return true
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}
