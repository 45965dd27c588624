import { AppError } from '../../../protocol/errors.ts'
import { migrate, migrations } from '../migrate.ts'
import type { TableTotals } from './backup-format.ts'
import type { CheckedBackup } from './check-backup.ts'
import type { DatabaseSession } from './database-session.ts'
import { withoutReactions } from './foreign-keys.ts'
import type { OnProgress } from './progress.ts'
import { readBackup } from './read-backup.ts'
import { type CatalogueTable, copyTarget, quoteName, readTables } from './read-catalogue.ts'
import { readTable } from './read-table.ts'
import { requireEmpty } from './require-empty.ts'
import { RowHash } from './row-hash.ts'

export type LoadedBackup = {
  tables: TableTotals[]
  /** In the backup, but not made by any migration: somebody else's, left out. */
  foreignTables: string[]
}

/**
 * Puts a backup into an empty database: the schema of its time by the same migrations, then its rows, all in
 * one transaction that is only committed when every row has been read back and found equal.
 *
 * Killed in between, it leaves an empty schema at most, into which it may be started again.
 *
 * @throws AppError `conflict` when something is in the database, `version_unsupported` when the backup's schema
 *   is unknown here, `internal` when what was read back differs
 */
export async function loadBackup(
  path: string,
  { header, tables, footer }: CheckedBackup,
  session: DatabaseSession,
  onProgress: OnProgress,
): Promise<LoadedBackup> {
  requireKnownMigrations(path, header.migrations)
  await requireEmpty(session, header.migrations)
  await migrate(session.db, Object.fromEntries(header.migrations.map((name) => [name, migrations[name]!])))

  const ours = (await readTables(session)).map(({ name }) => name)
  const loaded = tables.filter(({ name }) => ours.includes(name))
  const missing = ours.filter((name) => !tables.some((table) => table.name === name))
  if (missing.length > 0) {
    throw new AppError('bad_request', `${path} lacks the table ${missing.join(', ')}: take another backup`)
  }

  await session.query('begin')
  try {
    await session.query(`lock table ${ours.map(quoteName).join(', ')} in access exclusive mode`)
    await requireEmpty(session, header.migrations)
    await withoutReactions(session, ours, () => copyRows(path, loaded, session, onProgress))
    for (const { name, value, isCalled } of footer.sequences) {
      const [known] = await session.query('select 1 where to_regclass($1) is not null', [quoteName(name)])
      if (known) {
        await session.query('select setval($1::regclass, $2::bigint, $3)', [quoteName(name), value, isCalled])
      }
    }
    await compareRows(session, loaded, footer.tables, onProgress)
    await session.query('commit')
  } catch (error) {
    await session.query('rollback').catch(() => {})
    throw error
  }
  return {
    tables: footer.tables.filter(({ name }) => ours.includes(name)),
    foreignTables: footer.tables.filter(({ name }) => !ours.includes(name)).map(({ name }) => name),
  }
}

function requireKnownMigrations(path: string, names: readonly string[]): void {
  const unknown = names.filter((name) => !(name in migrations))
  if (unknown.length === 0) return
  throw new AppError(
    'version_unsupported',
    `${path} was written by a newer Hearth (it has ${unknown.join(', ')}): restore it with that version`,
  )
}

async function copyRows(
  path: string,
  tables: readonly CatalogueTable[],
  session: DatabaseSession,
  onProgress: OnProgress,
): Promise<void> {
  const wanted = new Set(tables.map(({ name }) => name))
  for await (const part of readBackup(path)) {
    if (part.type !== 'rows' || !wanted.has(part.table.name)) continue
    await session.copyIn(copyTarget(part.table), part.rows)
    onProgress({ step: 'load', table: part.table.name })
  }
}

/** Reads everything back. */
async function compareRows(
  session: DatabaseSession,
  tables: readonly CatalogueTable[],
  expected: readonly TableTotals[],
  onProgress: OnProgress,
): Promise<void> {
  for (const table of tables) {
    const hash = new RowHash()
    for await (const rows of readTable(session, table)) {
      hash.add(rows)
      onProgress({ step: 'compare', table: table.name, rows: hash.rows })
    }
    const totals = expected.find(({ name }) => name === table.name)
    if (totals?.rows !== hash.rows || totals.hash !== hash.digest()) {
      throw new AppError(
        'internal',
        `${table.name} has ${hash.rows} rows after loading that are not the ${totals?.rows} of the backup`,
      )
    }
  }
}
