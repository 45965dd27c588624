import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { amcheck } from '@electric-sql/pglite/contrib/amcheck'
import { ltree } from '@electric-sql/pglite/contrib/ltree'
import { vector } from '@electric-sql/pglite-pgvector'
import { syncFiles, syncingStartParameters } from './sync-files.ts'

/** The extensions that the database may create: two for the library, one to look for damage. */
export const extensions = { vector, ltree, amcheck }

export async function openEngine(folder: string): Promise<PGlite> {
  const engine = await PGlite.create({
    dataDir: join(folder, 'pgdata'),
    extensions,
    startParams: syncingStartParameters(PGlite.defaultStartParams),
  })
  syncFiles(engine)
  return engine
}
