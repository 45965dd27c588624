import { existsSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { AppError } from '../../../protocol/errors.ts'
import type { BackupSource } from './backup-format.ts'
import { readControlFile } from './control-file.ts'
import { copyStoppedFolder } from './copy-data-files.ts'
import { copyRunningFolder } from './copy-running-folder.ts'
import { dataFolder, pgdataOf } from './data-folder.ts'
import type { DatabaseSession } from './database-session.ts'
import { openEmbeddedSession } from './embedded-session.ts'
import { requireSpace, sizeOfTree } from './free-space.ts'
import { tryHoldDataFolder } from './hold-data-folder.ts'
import type { OnProgress } from './progress.ts'
import { openServerSession } from './server-session.ts'

/**
 * A Postgres server, or the embedded database of a data folder, running or not. `isHeld`: the caller has the
 * data folder to itself.
 */
export type DatabaseLocation = { url: string } | { data: string; isHeld?: boolean }

export type OpenSource = {
  session: DatabaseSession
  source: BackupSource
  /** Of the database itself. */
  sizeBytes: number
  /** Makes the copy an empty database; null where there is no copy. */
  makeEmpty: (() => Promise<void>) | null
}

/**
 * Opens one unchanging state of a database for reading: a snapshot on a server, a copy of the files of the
 * embedded one.
 *
 * @param scratch a folder for the copy, on a disk with room for it
 * @throws AppError `not_found` when there is no database, `unavailable` when it does not answer, `disk_full`
 */
export async function openSource(
  location: DatabaseLocation,
  scratch: string,
  onProgress: OnProgress,
): Promise<OpenSource> {
  return 'url' in location ? openServer(location.url) : openCopy(location, scratch, onProgress)
}

async function openServer(url: string): Promise<OpenSource> {
  const session = await openServerSession(url)
  try {
    await session.query('begin isolation level repeatable read read only')
    const [facts] = await session.query<{ postgres: string; size: string }>(
      "select current_setting('server_version') as postgres, pg_database_size(current_database())::text as size",
    )
    return {
      session,
      source: { engine: 'server', postgres: facts!.postgres, stoppedAt: null },
      sizeBytes: Number(facts!.size),
      makeEmpty: null,
    }
  } catch (error) {
    await session.close()
    throw error
  }
}

async function openCopy(
  { data, isHeld = false }: { data: string; isHeld?: boolean },
  scratch: string,
  onProgress: OnProgress,
): Promise<OpenSource> {
  const pgdata = pgdataOf(dataFolder.database(data))
  if (!existsSync(pgdata)) throw new AppError('not_found', `There is no embedded database in ${data} yet`)
  const sizeBytes = await sizeOfTree(pgdata)
  await requireSpace(scratch, sizeBytes)
  const copy = pgdataOf(scratch)
  onProgress({ step: 'copy' })
  const isCold = await copyStopped(data, isHeld, copy)
  if (!isCold) await copyRunning(data, copy)
  const control = await readControlFile(copy)
  const session = await openEmbeddedSession(copy)
  const [facts] = await session.query<{ postgres: string }>(
    "select current_setting('server_version') as postgres",
  )
  const stoppedAt =
    isCold && control.stopped
      ? { systemIdentifier: control.systemIdentifier, checkpoint: control.checkpoint }
      : null
  return {
    session,
    source: { engine: 'embedded', postgres: facts!.postgres, stoppedAt },
    sizeBytes,
    makeEmpty: async () => {
      await session.query('drop schema public cascade')
      await session.query('create schema public')
    },
  }
}

/** False, and nothing done, while a Hearth runs on it. */
async function copyStopped(data: string, isHeld: boolean, copy: string): Promise<boolean> {
  const lock = isHeld ? { release: () => {} } : await tryHoldDataFolder(data)
  if (!lock) return false
  try {
    await copyStoppedFolder(pgdataOf(dataFolder.database(data)), copy)
    return true
  } finally {
    lock.release()
  }
}

async function copyRunning(data: string, copy: string): Promise<void> {
  const pgdata = pgdataOf(dataFolder.database(data))
  let socketFolder: string
  try {
    socketFolder = await realpath(dataFolder.run(data))
  } catch (error) {
    throw silent(data, error)
  }
  try {
    await copyRunningFolder({ pgdata, socketFolder }, copy)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    throw ['ENOENT', 'ECONNREFUSED', 'ECONNRESET'].includes(code) ? silent(data, error) : error
  }
}

function silent(data: string, cause: unknown): AppError {
  return new AppError(
    'unavailable',
    `A Hearth has ${data} and its database does not answer: try again when it has started or stopped`,
    { cause },
  )
}
