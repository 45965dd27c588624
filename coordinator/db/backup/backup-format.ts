import { z } from 'zod'

/**
 * A backup is one zstd stream of text:
 *
 *     {"hearthBackup":1,…}                     the header
 *     {"table":"asset","columns":["id",…]}     for each table…
 *     1<tab>7<tab>…                            …its rows as COPY text
 *     \.                                       …and their end
 *     {"end":true,…}                           the footer
 *
 * `zstd -dc FILE` shows it, and the rows can be loaded by hand with `copy … from stdin`.
 */
export const BACKUP_FORMAT = 1

/** COPY escapes backslashes, so that no row is this line. */
export const END_OF_ROWS = '\\.\n'

export const BackupSource = z.object({
  engine: z.enum(['embedded', 'server']),
  /** Such as `18.3`. */
  postgres: z.string(),
  /**
   * Of an embedded database that was stopped in order: which cluster and where its WAL ended. A backup with
   * the same two as a folder holds all that is in the folder.
   */
  stoppedAt: z.object({ systemIdentifier: z.string(), checkpoint: z.string() }).nullable(),
})
export type BackupSource = z.infer<typeof BackupSource>

export const BackupHeader = z.object({
  hearthBackup: z.int().positive(),
  createdAt: z.iso.datetime(),
  /** Those that made the schema of these rows, in order. */
  migrations: z.array(z.string()).min(1),
  source: BackupSource,
})
export type BackupHeader = z.infer<typeof BackupHeader>

export const BackupTable = z.object({ table: z.string(), columns: z.array(z.string()) })

export const TableTotals = z.object({
  name: z.string(),
  rows: z.int().nonnegative(),
  /** See `row-hash.ts`. */
  hash: z.string(),
})
export type TableTotals = z.infer<typeof TableTotals>

export const BackupFooter = z.object({
  end: z.literal(true),
  tables: z.array(TableTotals),
  sequences: z.array(z.object({ name: z.string(), value: z.string(), isCalled: z.boolean() })),
  /** Of all bytes before the footer. */
  sha256: z.string(),
})
export type BackupFooter = z.infer<typeof BackupFooter>
