import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { AppError } from '../../../protocol/errors.ts'
import { syncFolder, syncTree } from './sync-path.ts'

/**
 * Makes an empty database in `folder` unless there is one.
 *
 * Under another name first, renamed when all of it is on the disk: when the power fails in between there is no
 * database, which is made anew, never half of one, which nobody could open.
 *
 * @throws AppError `conflict` when the folder holds something that is no database: nothing is put over it
 */
export async function createDatabaseFolder(folder: string): Promise<void> {
  if (existsSync(join(folder, 'PG_VERSION'))) return
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new AppError(
      'conflict',
      `The folder ${folder} is not empty and holds no database (no PG_VERSION): put back what was there, or move it away to begin with an empty database`,
    )
  }
  const draft = `${folder}.new`
  rmSync(draft, { recursive: true, force: true })
  const engine = await PGlite.create({ dataDir: draft })
  await engine.close()
  syncTree(draft)
  renameSync(draft, folder)
  syncFolder(dirname(folder))
}
