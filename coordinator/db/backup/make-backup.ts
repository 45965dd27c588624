import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { BackupFooter } from './backup-format.ts'
import { checkBackup } from './check-backup.ts'
import { dumpDatabase } from './dump-database.ts'
import { openEmbeddedSession } from './embedded-session.ts'
import { describeFullDisk, requireSpace } from './free-space.ts'
import { loadBackup } from './load-backup.ts'
import { PARTIAL, SCRATCH } from './lock-backups.ts'
import type { DatabaseLocation } from './open-source.ts'
import type { OnProgress } from './progress.ts'
import { syncFolder } from './sync-tree.ts'

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
    const sizeBytes = await dumpDatabase(location, partial, join(scratch, 'source'), onProgress)
    await requireSpace(scratchParent, sizeBytes)
    const { footer, foreignTables } = await prove(partial, join(scratch, 'restored'), onProgress)
    await rename(partial, path)
    await syncFolder(dirname(path))
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

/** On the embedded database also for a server's rows: there is always one at hand, and it harms nobody. */
async function prove(
  path: string,
  scratch: string,
  onProgress: OnProgress,
): Promise<{ footer: BackupFooter; foreignTables: string[] }> {
  const checked = await checkBackup(path, onProgress)
  const session = await openEmbeddedSession(scratch)
  try {
    const { foreignTables } = await loadBackup(path, checked, session, onProgress)
    return { footer: checked.footer, foreignTables }
  } finally {
    await session.close()
  }
}
