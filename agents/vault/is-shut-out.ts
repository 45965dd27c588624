import { opendir } from 'node:fs/promises'
import type { PathName } from '../../protocol/path-name.ts'
import { fsPath } from './absolute-path.ts'

/**
 * Whether this process may not even list a folder.
 *
 * A cage opens what lay at a path when it was made. A share that was mounted since then, or a folder that was
 * put in its place, is shut to this process and open to the next one.
 */
export async function isShutOut(folder: PathName): Promise<boolean> {
  try {
    await (await opendir(fsPath(folder))).close()
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EACCES'
  }
}
