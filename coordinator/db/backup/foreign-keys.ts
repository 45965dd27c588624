import type { DatabaseSession } from './database-session.ts'
import { quoteName } from './read-catalogue.ts'

type ForeignKey = { table: string; name: string; definition: string }

/**
 * Loads rows with nothing that reacts to them, in the transaction that is open.
 *
 * Counters come with the backup, so that triggers must not count again. Foreign keys go in circles here, so
 * that no order of tables satisfies them; made anew afterwards, they check all rows at once. Both need the
 * owner's rights only, where `session_replication_role` needs a superuser's.
 */
export async function withoutReactions(
  session: DatabaseSession,
  tables: readonly string[],
  load: () => Promise<void>,
): Promise<void> {
  const alter = (table: string, change: string) => session.query(`alter table ${quoteName(table)} ${change}`)
  const keys = await readForeignKeys(session)
  for (const { table, name } of keys) await alter(table, `drop constraint ${quoteName(name)}`)
  for (const table of tables) await alter(table, 'disable trigger user')
  await load()
  for (const table of tables) await alter(table, 'enable trigger user')
  for (const { table, name, definition } of keys) {
    await alter(table, `add constraint ${quoteName(name)} ${definition}`)
  }
}

function readForeignKeys(session: DatabaseSession): Promise<ForeignKey[]> {
  return session.query<ForeignKey>(`
    select c.relname::text as table, k.conname::text as name, pg_get_constraintdef(k.oid) as definition
    from pg_constraint k join pg_class c on c.oid = k.conrelid
    where k.contype = 'f' and k.conparentid = 0 and k.connamespace = current_schema()::regnamespace
    order by 1, 2`)
}
