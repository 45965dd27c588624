import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../protocol/errors.ts'
import { type FolderLock, lockFolder } from '../embedded/folder-lock.ts'

/** Ends the name of what is not yet a backup. */
export const PARTIAL = '.partial'
/** Begins the names of folders that are left only by a backup that was killed. */
export const SCRATCH = 'scratch-'

/**
 * Takes a folder of backups for the making of one, and clears away what was left by those that were killed.
 *
 * @throws AppError `conflict` while another one is being made
 */
export async function lockBackups(backupsFolder: string): Promise<FolderLock> {
  await mkdir(backupsFolder, { recursive: true, mode: 0o700 })
  const lock = await lockAlone(backupsFolder)
  for (const name of await readdir(backupsFolder)) {
    if (name.startsWith(SCRATCH) || name.endsWith(PARTIAL)) {
      await rm(join(backupsFolder, name), { recursive: true, force: true })
    }
  }
  return lock
}

async function lockAlone(folder: string): Promise<FolderLock> {
  try {
    return await lockFolder(folder, 'backups')
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'conflict') throw error
    throw new AppError('conflict', `Another backup is being made in ${folder}: wait until it has ended`, {
      cause: error,
    })
  }
}
