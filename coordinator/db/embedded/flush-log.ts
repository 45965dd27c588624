import type { PGlite } from '@electric-sql/pglite'
import { runAlone } from './run-alone.ts'

/**
 * Writes out what committed without waiting for the disk. A server does this five times a second; the embedded
 * engine keeps it in its memory until somebody's commit waits, and loses it when the process is killed.
 */
export async function flushLog(database: PGlite): Promise<void> {
  await runAlone(
    database,
    `select pg_logical_emit_message(false, 'hearth', '', true)
     where pg_current_wal_insert_lsn() > pg_current_wal_flush_lsn()`,
  )
}
