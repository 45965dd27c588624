import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { openDatabase } from './database.ts'
import { eachEngine, freshDatabase } from './testing/fresh-database.ts'

const CLIENTS = 8
const ENTRIES = 400
const BATCH = 7

eachEngine('rows taken with SKIP LOCKED', (engine) => {
  test(`go to one of ${CLIENTS} clients each, and all go`, async () => {
    await using fresh = await freshDatabase(engine)
    await sql`create table entry (id int primary key, taken_by int)`.execute(fresh.db)
    await sql`insert into entry select n, null from generate_series(1, ${ENTRIES}::int) n`.execute(fresh.db)

    const takers = await Promise.all(
      Array.from({ length: CLIENTS }, async (_, client) => {
        const db = openDatabase(fresh.address)
        const taken: number[] = []
        for (;;) {
          const { rows } = await sql<{ id: number }>`
            update entry set taken_by = ${client}::int where id in (
              select id from entry where taken_by is null order by id
              limit ${BATCH} for update skip locked)
            returning id`.execute(db)
          if (rows.length === 0) break
          taken.push(...rows.map((row) => row.id))
        }
        await db.destroy()
        return taken
      }),
    )
    const all = takers.flat()
    expect(all).toHaveLength(ENTRIES)
    expect(new Set(all).size).toBe(ENTRIES)
  })
})
