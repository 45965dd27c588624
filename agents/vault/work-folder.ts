import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../../protocol/errors.ts'
import { fileExtension } from '../../protocol/file-formats.ts'
import type { PathName } from '../../protocol/path-name.ts'
import { fsPath } from './absolute-path.ts'

/**
 * A private folder for what other programs need on a disk: links with harmless names for files whose
 * own names they cannot take, and pictures on their way out of a RAW file.
 *
 * It has mode 0700 and is removed when the vault stops, or by the next vault when this one was killed.
 */
export class WorkFolder {
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  /** @throws AppError `refused_by_agent` when the system's temporary folder cannot be used */
  static async create(): Promise<WorkFolder> {
    const parent = await realpath(tmpdir())
    // ExifTool reads `%` in an output path as a format.
    if (parent.includes('%')) {
      throw new AppError('refused_by_agent', `The temporary folder ${parent} has a % in its name; set TMPDIR`)
    }
    await removeAbandoned(parent)
    return new WorkFolder(await mkdtemp(join(parent, `hearth-vault-${process.pid}-`)))
  }

  newPath(extension: string): string {
    return join(this.path, extension === '' ? randomUUID() : `${randomUUID()}.${extension}`)
  }

  /**
   * Runs `work` with a name that every program understands. ExifTool and ffmpeg read most names as they
   * are; those with line breaks would become two arguments, those that are not UTF-8 cannot be passed on.
   */
  async withSafeName<T>(path: PathName, work: (name: string) => Promise<T>): Promise<T> {
    if (!needsAlias(path)) return await work(path)
    const extension = fileExtension(path)
    const alias = this.newPath(/^[a-z0-9]{1,8}$/.test(extension) ? extension : '')
    await symlink(fsPath(path), alias)
    try {
      return await work(alias)
    } finally {
      await rm(alias, { force: true })
    }
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true })
  }
}

/** Removes what agents left behind that were killed: folders whose process no longer runs. */
async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = /^hearth-vault-(\d+)-/.exec(name)?.[1]
    if (pid === undefined || isRunning(Number(pid))) continue
    // Somebody else's stays: the system refuses it.
    await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined)
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Whether a path holds a control character, starts or ends with a blank somewhere, or is not UTF-8. */
export function needsAlias(path: PathName): boolean {
  return !path.isWellFormed() || /\p{Cc}/u.test(path) || path !== path.trim()
}
