import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { amcheck } from '@electric-sql/pglite/contrib/amcheck'
import { ltree } from '@electric-sql/pglite/contrib/ltree'
import { vector } from '@electric-sql/pglite-pgvector'
import { createDatabaseFolder } from './create-database-folder.ts'
import { explainRefusedOpening } from './explain-refused-opening.ts'
import { OpeningLines } from './opening-lines.ts'
import { type SyncedFilesOptions, SyncedNodeFS } from './synced-node-fs.ts'

/** The extensions that the database may create: two for the library, one to look for damage. */
export const extensions = { vector, ltree, amcheck }

/**
 * Opens the database below `folder`, or makes it. The caller holds the folder's lock: the engine itself lets
 * two processes open one database, and one of them loses what it commits.
 *
 * When this returns, everything that the database says is there is on the disk.
 *
 * @throws AppError `database_damaged` when the engine does not take the files for a database
 */
export async function openEngine(
  folder: string,
  options: Omit<SyncedFilesOptions, 'onEngineLine'> = {},
): Promise<PGlite> {
  const dataFolder = join(folder, 'pgdata')
  await createDatabaseFolder(dataFolder)
  removeLeftovers(dataFolder)
  const lines = new OpeningLines()
  try {
    return await PGlite.create({
      fs: new SyncedNodeFS(dataFolder, { ...options, onEngineLine: (line) => lines.add(line) }),
      extensions,
      startParams: startParameters(PGlite.defaultStartParams),
    })
  } catch (error) {
    throw explainRefusedOpening(folder, lines.all, error)
  } finally {
    lines.close()
  }
}

/**
 * What a process that was killed left lying. The engine refuses to start over an empty `postmaster.pid`, which
 * is what a power failure makes of it, and it never removes the temporary files of large sorts.
 */
function removeLeftovers(dataFolder: string): void {
  rmSync(join(dataFolder, 'postmaster.pid'), { force: true })
  rmSync(join(dataFolder, 'base', 'pgsql_tmp'), { recursive: true, force: true })
}

/**
 * Postgres without `-F`, so that it asks for a sync at each commit; PGlite passes `-F` by default.
 * A transaction that may be redone says `set local synchronous_commit = off` and does not wait.
 */
export function startParameters(defaults: readonly string[]): string[] {
  const settings = {
    fsync: 'on',
    full_page_writes: 'on',
    // PGlite drops the requests of `fdatasync`; those of `fsync` come to us, and we use `fdatasync`.
    wal_sync_method: 'fsync',
    // How much of old log is kept for reuse; `Checkpointer` decides how much there is in between.
    max_wal_size: '256MB',
    min_wal_size: '32MB',
  }
  return [
    ...defaults.filter((parameter) => parameter !== '-F'),
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]
}
