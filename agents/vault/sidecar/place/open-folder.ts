import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { AppError } from '../../../../protocol/errors.ts'
import { decodePathName, displayPathName, type PathName } from '../../../../protocol/path-name.ts'
import { absolutePath, fsPath, liesWithin } from '../../absolute-path.ts'
import { requireRoot } from '../../root-guard.ts'
import type { PlacerTask } from './messages.ts'
import { isCode } from './read-file.ts'

const OPEN_FOLDER = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0)

/** A folder that is held open, so that nobody can put another in its place. */
export type OpenFolder = {
  fd: number
  /** Path of a name in it: through the open folder where the system can. */
  at(name: PathName): string | Buffer
  /** Whether the path still leads to this folder. */
  isCurrent(): boolean
}

/**
 * Opens the folder that a sidecar lies in, below the library's root or the mirror's.
 *
 * @throws AppError `refused_by_agent`, `library_offline`; errors of `node:fs`
 */
export async function openFolder(task: PlacerTask): Promise<OpenFolder> {
  const { root, mirrorRoot, folder, allowedRoots } = task
  const segments = folder === '' ? [] : folder.split('/')
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) {
    throw refusal(folder, 'is not a path below a library')
  }
  if (mirrorRoot !== null) return openMirrored(await requireRoot(mirrorRoot, allowedRoots), segments)
  const realRoot = await requireRoot(root, allowedRoots)
  const path = absolutePath(realRoot, folder)
  const real = decodePathName(realpathSync(fsPath(path), { encoding: 'buffer' }))
  if (!liesWithin(realRoot, real)) throw refusal(folder, 'leads out of its library through a link')
  const fd = openSync(fsPath(real), OPEN_FOLDER)
  try {
    if (!liesWithin(realRoot, pathOf(fd, real))) throw refusal(folder, 'was swapped for a link')
  } catch (error) {
    closeSync(fd)
    throw error
  }
  return describe(fd, real, path)
}

/** Folders of a mirror are made one by one, each in the one before, so that no link leads out of it. */
function openMirrored(mirrorRoot: PathName, segments: readonly PathName[]): OpenFolder {
  let fd = openSync(fsPath(mirrorRoot), OPEN_FOLDER)
  let path = mirrorRoot
  try {
    for (const segment of segments) {
      const inside = absolutePath(base(fd, path), segment)
      try {
        mkdirSync(fsPath(inside), { mode: 0o777 & ~UMASK })
      } catch (error) {
        if (!isCode(error, 'EEXIST')) throw error
      }
      const next = openSync(fsPath(inside), OPEN_FOLDER)
      closeSync(fd)
      fd = next
      path = absolutePath(path, segment)
    }
  } catch (error) {
    closeSync(fd)
    throw error
  }
  return describe(fd, path, path)
}

/** The usual one: this process sets none, so that files get exactly the mode they are made with. */
const UMASK = 0o022

function describe(fd: number, real: PathName, path: PathName): OpenFolder {
  return {
    fd,
    at: (name) => fsPath(absolutePath(base(fd, real), name)),
    isCurrent: () => {
      const own = fstatSync(fd, { bigint: true })
      const there = statSync(fsPath(path), { bigint: true, throwIfNoEntry: false })
      return there !== undefined && there.dev === own.dev && there.ino === own.ino
    },
  }
}

function base(fd: number, path: PathName): PathName {
  return process.platform === 'linux' ? `/proc/self/fd/${fd}` : path
}

/** Where an opened folder really lies, as far as this system tells. */
function pathOf(fd: number, otherwise: PathName): PathName {
  if (process.platform !== 'linux') return otherwise
  return decodePathName(readlinkSync(`/proc/self/fd/${fd}`, { encoding: 'buffer' }))
}

function refusal(path: PathName, why: string): AppError {
  return new AppError('refused_by_agent', `${displayPathName(path)} ${why}; this agent does not write there`)
}
