import type { PGlite } from '@electric-sql/pglite'
import { runAlone } from './run-alone.ts'

/**
 * Tells clients how much memory the database's process takes, as the setting `hearth.database_memory_bytes`:
 * `select current_setting('hearth.database_memory_bytes', true)`. The one session that there is belongs to
 * all of them, so they need no other way to ask.
 *
 * @returns the bytes
 */
export async function publishMemory(database: PGlite): Promise<number> {
  const { rss } = process.memoryUsage()
  await runAlone(database, `set hearth.database_memory_bytes = '${rss}'`)
  return rss
}
