import type { PGlite } from '@electric-sql/pglite'
import { runAlone } from './run-alone.ts'

/**
 * Vacuums and analyses the tables that have changed much, as a server's autovacuum does: the embedded engine
 * has none, so counters that are written at each job would be read through all their dead rows for ever, and
 * the planner would know nothing of any table.
 *
 * One table a turn, so that nobody waits for more than one; none while a client's transaction is open.
 *
 * @returns the tables' names
 */
export async function tidyTables(database: PGlite): Promise<string[]> {
  const untidy = (await runAlone(database, untidyTables)) ?? []
  const tidied: string[] = []
  for (const [table] of untidy) {
    if (table && (await runAlone(database, `vacuum analyze ${table}`))) tidied.push(table)
  }
  return tidied
}

/** The thresholds of autovacuum, a little higher at the low end. */
const untidyTables = `
  select quote_ident(relname) from pg_stat_user_tables
  where n_dead_tup > 1000 + 0.2 * n_live_tup or n_mod_since_analyze > 1000 + 0.1 * n_live_tup
  order by n_live_tup`
