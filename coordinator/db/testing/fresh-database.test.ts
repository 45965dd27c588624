import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { openDatabase } from '../database.ts'
import { eachEngine, freshDatabase } from './fresh-database.ts'

eachEngine('a fresh database', (engine) => {
  test('is migrated and empty', async () => {
    await using fresh = await freshDatabase(engine)
    await expect(fresh.db.selectFrom('library').selectAll().execute()).resolves.toEqual([])
    const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(fresh.db)
    expect(rows.length).toBeGreaterThan(0)
  })

  test('is nobody else’s', async () => {
    const [one, other] = await Promise.all([freshDatabase(engine), freshDatabase(engine)])
    await using _one = one
    await using _other = other
    await one.db.insertInto('account').values({ name: 'a', password_hash: 'x', role: 'admin' }).execute()
    await expect(other.db.selectFrom('account').selectAll().execute()).resolves.toEqual([])
  })

  test('is gone afterwards', async () => {
    const fresh = await freshDatabase(engine)
    await fresh[Symbol.asyncDispose]()
    const again = openDatabase(fresh.address)
    await expect(sql`select 1`.execute(again)).rejects.toThrow()
    await again.destroy()
  })
})
