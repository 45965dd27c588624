import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, toErrorBody } from '../../../protocol/errors.ts'
import { type FolderLock, lockFolder } from '../embedded/folder-lock.ts'
import { type BackupKind, backupName, type NamedBackup, parseBackupName } from './backup-name.ts'
import { readBackupStatus, writeBackupStatus } from './backup-status.ts'
import { chooseExpired } from './choose-expired.ts'
import { type BackupReport, makeBackup, PARTIAL, SCRATCH } from './make-backup.ts'
import type { DatabaseLocation } from './open-source.ts'
import type { OnProgress } from './progress.ts'

/**
 * Makes a backup, writes down how it went, and clears away what has expired; one at a time in a folder.
 *
 * @param path somewhere else than in `backupsFolder`, which then only serves as scratch and for the status
 * @throws AppError as `makeBackup`, and `conflict` while another one is being made
 */
export async function keepBackup(options: {
  location: DatabaseLocation
  backupsFolder: string
  kind: BackupKind
  path?: string
  onProgress: OnProgress
}): Promise<BackupReport> {
  const { location, backupsFolder, kind, onProgress } = options
  await mkdir(backupsFolder, { recursive: true, mode: 0o700 })
  const lock = await lockBackups(backupsFolder)
  try {
    await clearLeftOvers(backupsFolder)
    const at = new Date()
    const path = options.path ?? join(backupsFolder, backupName(kind, at))
    const report = await makeBackup({ location, path, scratchParent: backupsFolder, onProgress })
    const { sizeBytes, rows, seconds } = report
    await writeBackupStatus(backupsFolder, {
      lastSuccess: { at: at.toISOString(), kind, path, sizeBytes, rows, seconds },
      lastFailure: null,
    })
    for (const { name } of chooseExpired(await listBackups(backupsFolder)))
      await rm(join(backupsFolder, name))
    return report
  } catch (error) {
    await noteFailure(backupsFolder, error)
    throw error
  } finally {
    lock.release()
  }
}

/** Those in a folder that are whole, oldest first. */
export async function listBackups(backupsFolder: string): Promise<NamedBackup[]> {
  const names = await readdir(backupsFolder).catch(() => [])
  return names.sort().flatMap((name) => parseBackupName(name) ?? [])
}

async function lockBackups(folder: string): Promise<FolderLock> {
  try {
    return await lockFolder(folder, 'backups')
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'conflict') throw error
    throw new AppError('conflict', `Another backup is being made in ${folder}: wait until it has ended`, {
      cause: error,
    })
  }
}

/** Of backups that were killed: the lock says that none is running now. */
async function clearLeftOvers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(SCRATCH) || name.endsWith(PARTIAL)) {
      await rm(join(folder, name), { recursive: true, force: true })
    }
  }
}

async function noteFailure(folder: string, error: unknown): Promise<void> {
  if (error instanceof AppError && error.code === 'not_found') return
  const before = await readBackupStatus(folder)
  await writeBackupStatus(folder, {
    lastSuccess: before.lastSuccess,
    lastFailure: {
      at: new Date().toISOString(),
      message: toErrorBody(error).message,
      count: (before.lastFailure?.count ?? 0) + 1,
    },
  }).catch(() => {
    // A full disk may have no room for the note; whoever asked is told anyway.
  })
}
