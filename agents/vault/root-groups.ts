import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { PathName } from '../../protocol/path-name.ts'
import { liesWithin } from './absolute-path.ts'
import { isRemote, type Mount, parseMounts } from './mounts.ts'

/** Which folders one process may read. */
export type RootGroup = {
  /** Processes of one group can take one another's work. */
  key: string
  roots: readonly PathName[]
  /** Whether looking up its folders may hang. */
  isRemote: boolean
}

/**
 * Chooses what a caged process may read beside the library that its work is about.
 *
 * A cage is made by looking up its folders, and a share that is gone hangs whoever looks it up. So each
 * remote folder has processes of its own, and the local ones share theirs, which is no loss: they all
 * are folders of the owner's pictures.
 */
export function groupOf(
  root: PathName,
  allowedRoots: readonly string[],
  mounts: readonly Mount[],
): RootGroup {
  const allowed = allowedRoots.map((folder) => resolve(folder))
  const own = allowed.find((folder) => liesWithin(folder, root))
  if (own !== undefined && isRemote(own, mounts)) return { key: own, roots: [own], isRemote: true }
  const local = allowed.filter((folder) => !isRemote(folder, mounts))
  if (own !== undefined) return { key: 'local', roots: local, isRemote: false }
  // Reached through a link, or not allowed at all, which the process itself finds out.
  return { key: `by link ${root}`, roots: [...local, root], isRemote: isRemote(root, mounts) }
}

/** The group of a root by what is mounted now. */
export function currentGroupOf(root: PathName, allowedRoots: readonly string[]): RootGroup {
  return groupOf(root, allowedRoots, readMounts())
}

function readMounts(): Mount[] {
  try {
    return parseMounts(readFileSync('/proc/self/mountinfo', 'latin1'))
  } catch {
    return []
  }
}
