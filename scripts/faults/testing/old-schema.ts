import { sql } from 'kysely'
import type { Database } from '../../../coordinator/db/database.ts'
import { migrate, migrations } from '../../../coordinator/db/migrate.ts'

const PICTURES = 200

/** Makes the tables as a Hearth with only the first `count` migrations left them, with something in them. */
export async function makeOldSchema(db: Database, count: number): Promise<void> {
  await migrate(db, Object.fromEntries(Object.entries(migrations).slice(0, count)))
  await insertOldRows(db)
}

/** Rows that every schema can hold. */
export async function insertOldRows(db: Database): Promise<void> {
  await sql`insert into account (name, password_hash, role) values ('owner', 'hash', 'admin')`.execute(db)
  await sql`insert into agent (name, public_key) values ('vault', decode(repeat('ab', 32), 'hex'))`.execute(
    db,
  )
  await sql`insert into library (name, root, agent_id) select 'Photos', '/photos', id from agent`.execute(db)
  await sql`insert into folder (library_id, path) select id, '2019' from library`.execute(db)
  await sql`
    insert into asset (library_id, folder_id, key, name, kind, state)
    select folder.library_id, folder.id, convert_to(number::text, 'UTF8'), number::text, 'image', 'ready'
    from folder, generate_series(1, ${sql.lit(PICTURES)}) number`.execute(db)
}

/** What `makeOldSchema` put there, as far as every schema has it. */
export async function readOldRows(db: Database): Promise<unknown> {
  const { rows } = await sql`
    select account.name as account, account.role, agent.name as agent, encode(agent.public_key, 'hex') as key,
      library.name as library, asset.name, asset.kind, asset.state
    from asset join library on library.id = asset.library_id join agent on agent.id = library.agent_id
      cross join account
    order by asset.id`.execute(db)
  return rows
}

/** Tables, columns and indexes, in an order of their own. */
export async function describeSchema(db: Database): Promise<unknown> {
  const { rows: columns } = await sql`
    select table_name, column_name, data_type, is_nullable, column_default from information_schema.columns
    where table_schema = 'public' order by 1, 2`.execute(db)
  const { rows: indexes } = await sql`
    select indexname, indexdef from pg_indexes where schemaname = 'public' order by 1`.execute(db)
  const { rows: done } = await sql`select name from kysely_migration order by 1`.execute(db)
  return { columns, indexes, done }
}
