import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syncFolder } from '../embedded/sync-path.ts'
import type { BackupFooter } from './backup-format.ts'
import { checkBackup } from './check-backup.ts'
import type { DatabaseSession } from './database-session.ts'
import { dumpSource } from './dump-database.ts'
import { openEmbeddedSession } from './embedded-session.ts'
import { describeFullDisk, requireSpace } from './free-space.ts'
import { loadBackup } from './load-backup.ts'
import { PARTIAL, SCRATCH } from './lock-backups.ts'
import { type DatabaseLocation, type OpenSource, openSource } from './open-source.ts'
import type { OnProgress } from './progress.ts'

export type BackupReport = {
  path: string
  sizeBytes: number
  tables: number
  rows: number
  seconds: number
  /** Not made by Hearth, so not restored. */
  foreignTables: string[]
}

/**
 * Makes a backup of a database that may be in use, and proves it: it is written under another name, restored
 * into a database of its own, read back and compared row by row, and only then gets its name.
 *
 * Whatever goes wrong, and whenever this process ends, a file that was there under `path` stays.
 *
 * @param scratchParent a folder on a disk with room for the database; nothing is left in it
 * @throws AppError `disk_full`, `unavailable`, `not_found`, `internal` when the restored rows differ
 */
export async function makeBackup(options: {
  location: DatabaseLocation
  path: string
  scratchParent: string
  onProgress: OnProgress
}): Promise<BackupReport> {
  const { location, path, scratchParent, onProgress } = options
  const startedAt = performance.now()
  const partial = `${path}${PARTIAL}`
  await mkdir(scratchParent, { recursive: true, mode: 0o700 })
  const scratch = await mkdtemp(join(scratchParent, SCRATCH))
  try {
    await rm(partial, { force: true })
    const { footer, foreignTables } = await dumpAndProve(location, partial, scratch, onProgress)
    await rename(partial, path)
    syncFolder(dirname(path))
    return {
      path,
      sizeBytes: (await stat(path)).size,
      tables: footer.tables.length,
      rows: footer.tables.reduce((sum, table) => sum + table.rows, 0),
      seconds: Number(((performance.now() - startedAt) / 1_000).toFixed(2)),
      foreignTables,
    }
  } catch (error) {
    await rm(partial, { force: true }).catch(() => {})
    throw describeFullDisk(error, dirname(path))
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function dumpAndProve(
  location: DatabaseLocation,
  path: string,
  scratch: string,
  onProgress: OnProgress,
): Promise<{ footer: BackupFooter; foreignTables: string[] }> {
  const opened = await openSource(location, scratch, onProgress)
  try {
    await dumpSource(opened, path, onProgress)
    const checked = await checkBackup(path, onProgress)
    await requireSpace(scratch, opened.sizeBytes)
    const restored = await openEmpty(opened, join(scratch, 'restored'))
    try {
      const { foreignTables } = await loadBackup(path, checked, restored, onProgress)
      return { footer: checked.footer, foreignTables }
    } finally {
      await restored.close()
    }
  } finally {
    await opened.session.close()
  }
}

/**
 * An empty database of the embedded kind, also for a server's rows: it is always at hand and harms nobody.
 * The copy that was read is emptied for it, because making a new one takes seconds and twice the memory.
 */
async function openEmpty({ session, makeEmpty }: OpenSource, scratch: string): Promise<DatabaseSession> {
  if (!makeEmpty) return openEmbeddedSession(scratch)
  await makeEmpty()
  return session
}
