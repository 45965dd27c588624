import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, toErrorBody } from '../../../protocol/errors.ts'
import { type BackupKind, backupName } from './backup-name.ts'
import { readBackupStatus, writeBackupStatus } from './backup-status.ts'
import { chooseExpired } from './choose-expired.ts'
import { listBackups } from './list-backups.ts'
import { lockBackups } from './lock-backups.ts'
import { type BackupReport, makeBackup } from './make-backup.ts'
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
  const lock = await lockBackups(backupsFolder)
  try {
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
