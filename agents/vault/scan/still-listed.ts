import { readdir } from 'node:fs/promises'
import { decodePathName, type PathName } from '../../../protocol/path-name.ts'
import { absolutePath, fsPath } from '../absolute-path.ts'

/**
 * Whether the folder that holds `path` still names it, for a folder that could not be opened.
 *
 * Not named any more: it was deleted or renamed while the walk ran, and its files are gone. Still
 * named, or nobody can tell: it exists and is only out of reach, so its files are unknown, not absent.
 */
export async function isStillListed(root: PathName, path: PathName): Promise<boolean> {
  const slash = path.lastIndexOf('/')
  const parent = slash < 0 ? '' : path.slice(0, slash)
  const name = path.slice(slash + 1)
  try {
    const names = await readdir(fsPath(absolutePath(root, parent)), { encoding: 'buffer' })
    return names.some((entry) => decodePathName(entry) === name)
  } catch (error) {
    const gone =
      error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR'].includes(String(error.code))
    return gone && parent !== '' ? await isStillListed(root, parent) : true
  }
}
