import { existsSync, rmSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { backupName } from '../../coordinator/db/backup/backup-name.ts'
import { dataFolder } from '../../coordinator/db/backup/data-folder.ts'
import { dumpDatabase } from '../../coordinator/db/backup/dump-database.ts'
import { holdDataFolder } from '../../coordinator/db/backup/hold-data-folder.ts'
import { lockBackups, PARTIAL, SCRATCH } from '../../coordinator/db/backup/lock-backups.ts'
import { matchesBackup } from '../../coordinator/db/backup/matches-backup.ts'
import type { DatabaseLocation } from '../../coordinator/db/backup/open-source.ts'
import { finishPlacing, putAside } from '../../coordinator/db/backup/place-database.ts'
import type { OnProgress } from '../../coordinator/db/backup/progress.ts'
import { requireAlone } from '../../coordinator/db/backup/require-alone.ts'
import { restoreBackup } from '../../coordinator/db/backup/restore-backup.ts'
import { showUrl } from '../../coordinator/db/backup/show-url.ts'
import type { FolderLock } from '../../coordinator/db/embedded/folder-lock.ts'
import { AppError } from '../../protocol/errors.ts'
import { chooseDatabase, rememberEmbedded, rememberServer } from '../start/database-choice.ts'

export type MoveReport = {
  rows: number
  tables: number
  /** A backup of what was moved. */
  backup: string
  /** What is done now and what is left to do, for a person. */
  sentences: string[]
}

/**
 * Moves everything from the database that a data folder uses to another one, while no Hearth runs, and
 * remembers that one. The one before stays as it is.
 *
 * Killed before every row was compared, nothing has changed and the next try begins anew. Killed between that
 * and remembering, the next try finds the rows there already, and only remembers.
 *
 * @throws AppError `conflict` when a Hearth runs, or something else is in the target
 */
export async function moveDatabase(options: {
  data: string
  to: 'embedded' | { url: string }
  environmentUrl: string | undefined
  onProgress: OnProgress
}): Promise<MoveReport> {
  const { data, to, environmentUrl, onProgress } = options
  await mkdir(data, { recursive: true, mode: 0o700 })
  using held = new DisposableStack()
  const hold = (lock: FolderLock) => held.defer(() => lock.release())
  hold(await holdDataFolder(data))
  hold(await lockBackups(dataFolder.backups(data)))
  await finishPlacing(data)
  const { location } = chooseDatabase(data, environmentUrl)
  const from: DatabaseLocation = 'url' in location ? location : { data, isHeld: true }
  requireOther(from, to)
  if ('url' in from) await requireAlone(from.url)

  const backup = join(dataFolder.backups(data), backupName('before-move', new Date()))
  // A backup by name when another database has been found to hold the same.
  const partial = `${backup}${PARTIAL}`
  held.defer(() => rmSync(partial, { force: true }))
  await dump(from, partial, onProgress)
  const { rows, tables } = await load(partial, data, to, onProgress)
  await rename(partial, backup)
  return {
    rows,
    tables,
    backup,
    sentences: [
      `${rows.toLocaleString('en-US')} rows of ${tables} tables are in ${nameOf(to)}, compared row by row.`,
      ...(await remember(data, to, environmentUrl)),
    ],
  }
}

function requireOther(from: DatabaseLocation, to: 'embedded' | { url: string }): void {
  const isSame = 'url' in from ? to !== 'embedded' && to.url === from.url : to === 'embedded'
  if (isSame) throw new AppError('conflict', `${nameOf(to)} is in use already: there is nothing to move`)
}

async function dump(from: DatabaseLocation, path: string, onProgress: OnProgress): Promise<void> {
  const scratch = await mkdtemp(join(dirname(path), SCRATCH))
  try {
    await dumpDatabase(from, path, join(scratch, 'source'), onProgress)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function load(
  path: string,
  data: string,
  to: 'embedded' | { url: string },
  onProgress: OnProgress,
): Promise<{ rows: number; tables: number }> {
  if (to !== 'embedded') {
    const already = await matchesBackup(path, to.url, onProgress)
    if (already) return already
  }
  return restoreBackup({
    path,
    into: to === 'embedded' ? { data, isHeld: true } : to,
    replace: true,
    // By the next start, which makes a backup first.
    migrateOn: false,
    onProgress,
  })
}

async function remember(
  data: string,
  to: 'embedded' | { url: string },
  environmentUrl: string | undefined,
): Promise<string[]> {
  if (to === 'embedded') {
    await rememberEmbedded(data)
    return [
      'The server’s database is left as it was.',
      environmentUrl
        ? 'DATABASE_URL is set: unset it, or the server goes on being used.'
        : 'npm start uses the embedded database from now on.',
    ]
  }
  await rememberServer(data, to.url)
  const kept = existsSync(dataFolder.database(data)) ? await putAside(data) : undefined
  return [
    ...(kept ? [`The embedded database is kept in ${kept}.`] : []),
    environmentUrl && environmentUrl !== to.url
      ? 'DATABASE_URL is set and names another database: change it, or that one goes on being used.'
      : 'npm start uses the server from now on.',
  ]
}

function nameOf(to: 'embedded' | { url: string }): string {
  return to === 'embedded' ? 'the embedded database' : showUrl(to.url)
}
