import { mkdir, rm } from 'node:fs/promises'
import { AppError } from '../../../protocol/errors.ts'
import { syncFile } from '../embedded/sync-path.ts'
import { type DatabaseLocation, type OpenSource, openSource } from './open-source.ts'
import type { OnProgress } from './progress.ts'
import { readMigrations } from './read-catalogue.ts'
import { writeBackup } from './write-backup.ts'

/**
 * Writes a database, in use or not, to a new file that is on disk when this resolves; not yet proved.
 *
 * @param scratch made and removed
 * @throws AppError `not_found` when there is nothing to write
 */
export async function dumpDatabase(
  location: DatabaseLocation,
  path: string,
  scratch: string,
  onProgress: OnProgress,
): Promise<void> {
  await mkdir(scratch, { mode: 0o700 })
  try {
    const opened = await openSource(location, scratch, onProgress)
    try {
      await dumpSource(opened, path, onProgress)
    } finally {
      await opened.session.close()
    }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** The same of a database that is open, and stays so. */
export async function dumpSource(
  { session, source }: OpenSource,
  path: string,
  onProgress: OnProgress,
): Promise<void> {
  if ((await readMigrations(session)).length === 0) {
    throw new AppError('not_found', 'The database is empty: there is nothing to back up yet')
  }
  await writeBackup(session, path, source, onProgress)
  syncFile(path)
}
