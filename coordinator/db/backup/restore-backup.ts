import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { AppError } from '../../../protocol/errors.ts'
import { migrate } from '../migrate.ts'
import { checkBackup } from './check-backup.ts'
import { dataFolder, pgdataOf } from './data-folder.ts'
import type { DatabaseSession } from './database-session.ts'
import { openEmbeddedSession } from './embedded-session.ts'
import { describeFullDisk } from './free-space.ts'
import { holdDataFolder } from './hold-data-folder.ts'
import { type LoadedBackup, loadBackup } from './load-backup.ts'
import type { DatabaseLocation } from './open-source.ts'
import { placeDatabase } from './place-database.ts'
import type { OnProgress } from './progress.ts'
import { openServerSession } from './server-session.ts'

export type RestoreReport = {
  /** Of the backup. */
  createdAt: string
  tables: number
  rows: number
  seconds: number
  foreignTables: string[]
  /** Where the embedded database is kept that was there before. */
  kept: string | null
}

/**
 * Puts a backup into an empty database of either kind, compares every row, and brings its schema up to date.
 *
 * On a server all rows come in one transaction; the embedded database is made beside the old one. So until the
 * last row is compared nothing has changed, also when this process is killed.
 *
 * @param replace an embedded database that is there is put aside; without it that is refused
 * @throws AppError `bad_request`, `version_unsupported` about the file, `conflict` about the database
 */
export async function restoreBackup(options: {
  path: string
  into: DatabaseLocation
  replace: boolean
  /** False leaves the schema as it is in the backup. */
  migrateOn: boolean
  onProgress: OnProgress
}): Promise<RestoreReport> {
  const { path, into, onProgress } = options
  const startedAt = performance.now()
  const checked = await checkBackup(path, onProgress)
  const load = async (session: DatabaseSession) => {
    const loaded = await loadBackup(path, checked, session, onProgress)
    if (options.migrateOn) await migrate(session.db)
    await session.query('analyze')
    return loaded
  }
  const { loaded, kept } =
    'url' in into
      ? { loaded: await restoreToServer(into.url, load), kept: null }
      : await restoreToFolder(into, options.replace, load)
  return {
    createdAt: checked.header.createdAt,
    tables: loaded.tables.length,
    rows: loaded.tables.reduce((sum, table) => sum + table.rows, 0),
    seconds: Number(((performance.now() - startedAt) / 1_000).toFixed(2)),
    foreignTables: loaded.foreignTables,
    kept,
  }
}

type Load = (session: DatabaseSession) => Promise<LoadedBackup>

async function restoreToServer(url: string, load: Load): Promise<LoadedBackup> {
  const session = await openServerSession(url)
  try {
    return await load(session)
  } finally {
    await session.close()
  }
}

async function restoreToFolder(
  { data, isHeld = false }: { data: string; isHeld?: boolean },
  replace: boolean,
  load: Load,
): Promise<{ loaded: LoadedBackup; kept: string | null }> {
  await mkdir(data, { recursive: true, mode: 0o700 })
  const lock = isHeld ? { release: () => {} } : await holdDataFolder(data)
  try {
    const database = dataFolder.database(data)
    if (existsSync(database) && !replace) {
      throw new AppError(
        'conflict',
        `There is a database in ${database}: give --replace to put it aside (it is kept under another name), or another folder with --data`,
      )
    }
    let loaded: LoadedBackup | undefined
    const kept = await placeDatabase(data, async (folder) => {
      await mkdir(folder, { mode: 0o700 })
      const session = await openEmbeddedSession(pgdataOf(folder))
      try {
        loaded = await load(session)
      } finally {
        await session.close()
      }
    })
    return { loaded: loaded!, kept }
  } catch (error) {
    throw describeFullDisk(error, data)
  } finally {
    lock.release()
  }
}
