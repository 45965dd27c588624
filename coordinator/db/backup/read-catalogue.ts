import type { DatabaseSession } from './database-session.ts'

/** `columns` are those that are stored as given: generated ones are computed again. */
export type CatalogueTable = { name: string; columns: string[] }
export type SequenceState = { name: string; value: string; isCalled: boolean }

/**
 * The tables that hold something of ours, by name. Not those of extensions, nor unlogged ones, which a crash
 * may empty at any time, nor the record of migrations, which migrating writes.
 */
export function readTables(session: DatabaseSession): Promise<CatalogueTable[]> {
  return session.query<CatalogueTable>(`
    select c.relname::text as name,
      coalesce((
        select array_agg(a.attname::text order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      ), '{}') as columns
    from pg_class c
    where c.relkind = 'r' and c.relpersistence = 'p' and ${isOurs}
      and c.relname not in ('kysely_migration', 'kysely_migration_lock')
    order by c.relname collate "C"`)
}

/** Also those of identity columns. Sequences are in no transaction, so this is the newest state. */
export async function readSequences(session: DatabaseSession): Promise<SequenceState[]> {
  const names = await session.query<{ name: string }>(`
    select c.relname::text as name from pg_class c where c.relkind = 'S' and ${isOurs}
    order by c.relname collate "C"`)
  const states: SequenceState[] = []
  for (const { name } of names) {
    const [state] = await session.query<Omit<SequenceState, 'name'>>(
      `select last_value::text as value, is_called as "isCalled" from ${quoteName(name)}`,
    )
    if (state) states.push({ name, ...state })
  }
  return states
}

/** Names of the migrations that made the schema, in order; none in a new database. */
export async function readMigrations(session: DatabaseSession): Promise<string[]> {
  const [record] = await session.query("select 1 where to_regclass('kysely_migration') is not null")
  if (!record) return []
  const rows = await session.query<{ name: string }>('select name from kysely_migration order by name')
  return rows.map(({ name }) => name)
}

const isOurs = `c.relnamespace = current_schema()::regnamespace and not exists (
  select 1 from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')`

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A table with its columns, as COPY names its target. */
export function copyTarget({ name, columns }: CatalogueTable): string {
  return `${quoteName(name)} (${columns.map(quoteName).join(', ')})`
}
