import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, open, readdir, readlink, stat } from 'node:fs/promises'
import { AppError, type ErrorCode } from '../../protocol/errors.ts'
import { decodePathName, displayPathName, type PathName } from '../../protocol/path-name.ts'
import { absolutePath, fsPath, liesWithin, realPathName } from './absolute-path.ts'

/**
 * How originals are opened, and nothing else opens them in Hearth's own code: for reading, without
 * following a link in the last place, and without waiting when a pipe was put there instead.
 * Windows knows neither of the last two.
 */
const READ_ONLY = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

export type OpenedOriginal = {
  handle: FileHandle
  stats: BigIntStats
  /** Absolute, with the links of its folder followed: for programs that open the file themselves. */
  absolutePath: PathName
}

/**
 * Opens a file of a library for reading.
 *
 * The real path of its folder must lie within the root when it is opened; on Linux the opened file
 * itself is asked for its path as well, so that swapping a folder for a link in between changes nothing.
 *
 * @param root absolute, links followed
 * @param path relative to the root
 * @throws AppError `file_missing`, `file_unreadable`, `library_offline`, `refused_by_agent`, `unavailable`
 */
export async function openOriginalFile(root: PathName, path: PathName): Promise<OpenedOriginal> {
  if (path.split('/').some((segment) => segment === '' || segment === '.' || segment === '..')) {
    throw refusal(path, 'is not a path below a library')
  }
  let handle: FileHandle | undefined
  try {
    const whole = absolutePath(root, path)
    const slash = whole.lastIndexOf('/')
    const folder = await realPathName(whole.slice(0, slash) || '/')
    if (!liesWithin(root, folder)) throw refusal(path, 'leads out of its library through a link')
    const real = absolutePath(folder, whole.slice(slash + 1))
    handle = await open(fsPath(real), READ_ONLY)
    const stats = await handle.stat({ bigint: true })
    if (!stats.isFile()) throw refusal(path, 'is not a regular file')
    if (!liesWithin(root, await pathOfHandle(handle, real))) throw refusal(path, 'was swapped for a link')
    return { handle, stats, absolutePath: real }
  } catch (error) {
    await handle?.close()
    throw await readErrorOf(error, root, path)
  }
}

/** Where an opened file really lies, as far as this system tells. */
async function pathOfHandle(handle: FileHandle, otherwise: PathName): Promise<PathName> {
  if (process.platform !== 'linux') return otherwise
  const link = await readlink(`/proc/self/fd/${handle.fd}`, { encoding: 'buffer' }).catch(() => undefined)
  return link === undefined ? otherwise : decodePathName(link)
}

function refusal(path: PathName, why: string): AppError {
  return new AppError('refused_by_agent', `${displayPathName(path)} ${why}; this agent does not read it`)
}

const errorByCode: Record<string, { code: ErrorCode; text: string }> = {
  EACCES: {
    code: 'file_unreadable',
    text: 'may not be read by the user who runs this agent; give it permission',
  },
  EPERM: {
    code: 'file_unreadable',
    text: 'may not be read by the user who runs this agent; give it permission',
  },
  EIO: { code: 'file_unreadable', text: 'cannot be read: the disk reports an error; check the disk' },
  ELOOP: { code: 'refused_by_agent', text: 'is a link; this agent does not follow it' },
  ESTALE: { code: 'library_offline', text: 'is on a network share that was disconnected' },
  ENOTCONN: { code: 'library_offline', text: 'is on a network share that was disconnected' },
  ETIMEDOUT: { code: 'library_offline', text: 'is on a network share that does not answer' },
  EHOSTDOWN: { code: 'library_offline', text: 'is on a network share that does not answer' },
  EMFILE: { code: 'unavailable', text: 'cannot be opened now: this machine has too many files open' },
  ENFILE: { code: 'unavailable', text: 'cannot be opened now: this machine has too many files open' },
  ENOMEM: { code: 'unavailable', text: 'cannot be read now: this machine has no memory left' },
  ENOSPC: { code: 'disk_full', text: 'cannot be processed now: the disk for temporary files is full' },
}

/** What a failed read of an original means for its job. */
export async function readErrorOf(error: unknown, root: PathName, path: PathName): Promise<AppError> {
  if (error instanceof AppError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOENT' || code === 'ENOTDIR') return await missing(root, path)
  const known = errorByCode[code]
  if (known !== undefined)
    return new AppError(known.code, `${displayPathName(path)} ${known.text}`, { cause: error })
  return new AppError('internal', `Cannot read ${displayPathName(path)}: ${String(error)}`, { cause: error })
}

/** A file is only missing while its library is there; an empty root is a mount point without its disk. */
async function missing(root: PathName, path: PathName): Promise<AppError> {
  const names = await readdir(fsPath(root), { encoding: 'buffer' }).catch(() => [])
  if (names.length > 0) {
    return new AppError('file_missing', `${displayPathName(path)} no longer exists; scan its library again`)
  }
  return new AppError(
    'library_offline',
    `${displayPathName(root)} is missing or empty at the moment: is its disk or share mounted?`,
  )
}

/** Whether what was opened is still what lies at its path, unchanged. */
export async function hasChanged(opened: OpenedOriginal): Promise<boolean> {
  const byHandle = await opened.handle.stat({ bigint: true })
  const byPath = await stat(fsPath(opened.absolutePath), { bigint: true }).catch(() => undefined)
  if (byPath === undefined) return true
  const { ino, size, mtimeNs } = opened.stats
  return [byHandle, byPath].some(
    (stats) => stats.ino !== ino || stats.size !== size || stats.mtimeNs !== mtimeNs,
  )
}
