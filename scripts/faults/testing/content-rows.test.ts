import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { freshDatabase } from '../../../coordinator/db/testing/fresh-database.ts'
import { VaultActor } from '../../../coordinator/testing/vault-actor.ts'
import { comparedTables, contentByLibrary, leftOut, rowHash } from './content-rows.ts'

test('every table is compared, or it is said why not', async () => {
  await using fresh = await freshDatabase()
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`.execute(fresh.db)
  expect(rows.map(({ name }) => name)).toEqual([...comparedTables, ...Object.keys(leftOut)].sort())
})

test('the same content in another order is the same, and one changed value is not', async () => {
  await using first = await freshDatabase()
  await using second = await freshDatabase()
  const tree = {
    '': { 'a.jpg': { content: 'a' }, 'b.jpg': { content: 'b' } },
    sub: { 'c.jpg': { content: 'c' } },
  }
  for (const [{ db }, folders] of [
    [first, ['', 'sub']],
    [second, ['sub', '']],
  ] as const) {
    const vault = await VaultActor.create(db)
    for (const folder of folders) {
      vault.tree = { ...vault.tree, [folder]: tree[folder] }
      await vault.scan()
      await vault.ingestAll()
    }
  }
  const rows = await contentByLibrary(first.db)
  expect(Object.values(rows)[0]?.asset_file).toHaveLength(3)
  expect(await contentByLibrary(second.db)).toEqual(rows)

  await sql`update file_tags set tags = tags || '{"Rating": 1}' where file_id = (select min(file_id) from file_tags)`.execute(
    second.db,
  )
  expect(rowHash(await contentByLibrary(second.db))).not.toBe(rowHash(rows))
})
