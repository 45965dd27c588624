import type { Logger } from 'pino'
import { AppError, toErrorBody } from '../../../protocol/errors.ts'
import type { DatabaseAddress } from '../database.ts'
import { migrations } from '../migrate.ts'
import { readDueMigrations } from './due-migrations.ts'
import { keepBackup } from './keep-backup.ts'

export type UpgradeBackup = {
  address: DatabaseAddress
  /** null: the owner wants none. */
  backupsFolder: string | null
  log: Logger
  known?: Readonly<Record<string, unknown>>
}

/**
 * Makes a backup of a server's database when migrations are about to change it; nothing happens to one that is
 * new or up to date. For coordinators that nobody else does this for: `npm start` does it before it starts its own,
 * in a process of its own, and alone it can do so for the embedded database.
 *
 * @throws AppError `unavailable` when it could not be made; the database is as it was
 */
export async function backUpBeforeUpgrade(options: UpgradeBackup): Promise<void> {
  const { address, backupsFolder, log, known = migrations } = options
  if (!('url' in address)) return
  const due = await readDueMigrations(address, known)
  if (due.length === 0) return
  if (backupsFolder === null) {
    log.warn({ due }, 'the database is brought to this version without a backup: backupsFolder is not set')
    return
  }
  try {
    const { path } = await keepBackup({
      location: { url: address.url },
      backupsFolder,
      kind: 'before-upgrade',
      onProgress: () => {},
    })
    log.info({ path, due }, 'made a backup before the database is brought to this version')
  } catch (error) {
    throw new AppError(
      'unavailable',
      `No backup could be made before the database is brought to this version (${toErrorBody(error).message}): mend that, or set backupBeforeUpgrade to false`,
      { cause: error },
    )
  }
}
