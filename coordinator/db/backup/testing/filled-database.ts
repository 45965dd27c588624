import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from '../../database.ts'
import { type Engine, freshDatabase } from '../../testing/fresh-database.ts'
import { dataFolder } from '../data-folder.ts'
import type { DatabaseLocation } from '../open-source.ts'
import { fillDatabase } from './fill-database.ts'

export type FilledDatabase = AsyncDisposable & { db: Database; location: DatabaseLocation }

/** A running database of either kind with a library in it; the embedded one as of a Hearth's data folder. */
export async function filledDatabase(engine: Engine): Promise<FilledDatabase> {
  const fresh = await freshDatabase(engine)
  await fillDatabase(fresh.db)
  if ('url' in fresh.address) return { ...fresh, location: { url: fresh.address.url } }
  const data = await mkdtemp(join(tmpdir(), 'hearth-data-'))
  await symlink(fresh.address.socketFolder, dataFolder.database(data))
  await symlink(fresh.address.socketFolder, dataFolder.run(data))
  return {
    db: fresh.db,
    location: { data },
    [Symbol.asyncDispose]: async () => {
      await fresh[Symbol.asyncDispose]()
      await rm(data, { recursive: true, force: true })
    },
  }
}
