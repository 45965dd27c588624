import type { Database } from '../database.ts'

/**
 * One session of a database of either kind, for reading or writing all of it.
 *
 * Rows travel as the text of Postgres' COPY, which every version and both kinds of database read and write
 * alike once `sessionSettings` are set: one line a row, columns between tabs, `\N` for null.
 */
export type DatabaseSession = {
  /** For migrations; on a server through connections of its own. */
  db: Database
  query<Row>(sql: string, parameters?: unknown[]): Promise<Row[]>
  /** The rows of a query, each with its newline. All are held in memory: ask for a part of a table. */
  copyOut(select: string): Promise<Buffer>
  /** @param target a table with its columns, quoted: `"asset" ("id", "name")` */
  copyIn(target: string, rows: Buffer): Promise<void>
  close(): Promise<void>
}

/** What the text of a value depends on, and limits that a server may set for shorter work. */
export const sessionSettings = [
  "set client_encoding = 'UTF8'",
  "set timezone = 'UTC'",
  "set datestyle = 'ISO, YMD'",
  "set intervalstyle = 'postgres'",
  "set bytea_output = 'hex'",
  'set extra_float_digits = 1',
  'set statement_timeout = 0',
  'set lock_timeout = 0',
  'set idle_in_transaction_session_timeout = 0',
].join('; ')
