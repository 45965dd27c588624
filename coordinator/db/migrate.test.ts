import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { ltree } from '@electric-sql/pglite/contrib/ltree'
import { vector } from '@electric-sql/pglite-pgvector'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { type Database, openDatabase } from './database.ts'
import { WireServer } from './embedded/wire-server.ts'
import { migrate, migrations } from './migrate.ts'
import { bareDatabase, eachEngine, freshDatabase } from './testing/fresh-database.ts'

async function describeSchema(db: Database): Promise<unknown[]> {
  const { rows } = await sql`
    select table_name, column_name, data_type from information_schema.columns
    where table_schema = 'public' order by 1, 2`.execute(db)
  return rows
}

eachEngine('migrations', (engine) => {
  test('run once; a second time changes nothing', async () => {
    await using bare = await bareDatabase(engine)
    await migrate(bare.db)
    const schema = await describeSchema(bare.db)
    expect(schema.length).toBeGreaterThan(50)
    await migrate(bare.db)
    expect(await describeSchema(bare.db)).toEqual(schema)
    const { rows } = await sql`select name from kysely_migration`.execute(bare.db)
    expect(rows).toHaveLength(Object.keys(migrations).length)
  })

  test('of two coordinators at once both find the schema whole', async () => {
    await using bare = await bareDatabase(engine)
    const other = openDatabase(bare.address)
    await Promise.all([migrate(bare.db), migrate(other)])
    await expect(other.selectFrom('asset').selectAll().execute()).resolves.toEqual([])
    await other.destroy()
  })

  test('a database of a newer Hearth is refused and stays as it is', async () => {
    await using fresh = await freshDatabase(engine)
    await sql`insert into kysely_migration values ('9999-later', '2030-01-01')`.execute(fresh.db)
    const schema = await describeSchema(fresh.db)
    await expect(migrate(fresh.db)).rejects.toMatchObject({
      code: 'version_unsupported',
      message: expect.stringContaining('9999-later'),
    })
    expect(await describeSchema(fresh.db)).toEqual(schema)
  })

  test('a migration that fails leaves nothing of itself', async () => {
    await using fresh = await freshDatabase(engine)
    const broken = async (db: Parameters<(typeof migrations)[string]['up']>[0]) => {
      await sql`create table half (id int)`.execute(db)
      await sql`select 1 / 0`.execute(db)
    }
    await expect(migrate(fresh.db, { ...migrations, '9998-broken': { up: broken } })).rejects.toMatchObject({
      code: 'internal',
    })
    const { rows } = await sql`select to_regclass('half') as half`.execute(fresh.db)
    expect(rows).toEqual([{ half: null }])
    await migrate(fresh.db)
  })
})

test.each([
  ['pgvector', { ltree }],
  ['ltree', { vector }],
])('a server without %s is refused with what to install', async (missing, extensions) => {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-db-'))
  const engine = await PGlite.create({ extensions })
  const server = new WireServer(engine, () => {})
  await server.listen(join(folder, '.s.PGSQL.5432'))
  const db = openDatabase({ socketFolder: folder })
  try {
    await expect(migrate(db)).rejects.toMatchObject({
      code: 'version_unsupported',
      message: expect.stringContaining(`no ${missing}: install`),
    })
    const { rows } = await sql`select 1 from pg_tables where schemaname = 'public'`.execute(db)
    expect(rows).toEqual([])
  } finally {
    await db.destroy()
    await server.close()
    await engine.close()
    await rm(folder, { recursive: true, force: true })
  }
})
