import { PGlite } from '@electric-sql/pglite'
import { Kysely, PGliteDialect } from 'kysely'
import { extensions } from '../embedded/open-engine.ts'
import type { Tables } from '../tables.ts'
import { type DatabaseSession, sessionSettings } from './database-session.ts'

/**
 * Opens a folder of the embedded database in this process, or makes a new one there. Nobody else may have it.
 *
 * Nothing is synced, because what is opened here is a copy, or not yet anybody's database: whoever keeps it
 * syncs it whole.
 */
export async function openEmbeddedSession(folder: string): Promise<DatabaseSession> {
  const engine = await PGlite.create({ dataDir: folder, extensions })
  await engine.exec(sessionSettings)
  return {
    db: new Kysely<Tables>({ dialect: new PGliteDialect({ pglite: engine }) }),
    query: async <Row>(sql: string, parameters: unknown[] = []) =>
      (await engine.query<Row>(sql, parameters)).rows,
    copyOut: async (select) => {
      const { blob } = await engine.query(`copy (${select}) to '/dev/blob'`)
      return blob ? Buffer.from(await blob.arrayBuffer()) : Buffer.alloc(0)
    },
    copyIn: async (target, rows) => {
      await engine.query(`copy ${target} from '/dev/blob'`, [], { blob: new Blob([new Uint8Array(rows)]) })
    },
    close: async () => {
      if (!engine.closed) await engine.close()
    },
  }
}
