import { PGlite } from '@electric-sql/pglite'
import { expect, test } from 'vitest'
import { tidyTables } from './tidy-tables.ts'

test('a small table that is written all the time stays small', async () => {
  const database = await PGlite.create()
  try {
    await database.exec('create table counter (amount bigint)')
    const sizes: number[] = []
    for (let round = 0; round < 4; round += 1) {
      await database.exec('insert into counter select 1 from generate_series(1, 5000); delete from counter')
      // The engine tells its statistics once a second.
      await expect.poll(() => tidyTables(database), { timeout: 10_000, interval: 200 }).toEqual(['counter'])
      const { rows } = await database.query<{ size: number }>(`select pg_relation_size('counter') as size`)
      sizes.push(rows[0]!.size)
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(200_000)
    expect(await tidyTables(database)).toEqual([])
  } finally {
    await database.close()
  }
})

test('the planner learns how large a table is', async () => {
  const database = await PGlite.create()
  try {
    await database.exec(
      'create table picture (id bigint); insert into picture select generate_series(1, 20000)',
    )
    await expect.poll(() => tidyTables(database), { timeout: 10_000, interval: 200 }).toEqual(['picture'])
    const { rows } = await database.query<{ rows: number }>(
      `select reltuples::integer as rows from pg_class where relname = 'picture'`,
    )
    expect(rows).toEqual([{ rows: 20_000 }])
  } finally {
    await database.close()
  }
})

test('nothing is tidied inside a client’s transaction', async () => {
  const database = await PGlite.create()
  try {
    await database.exec(
      'create table counter (amount bigint); insert into counter select 1 from generate_series(1, 5000)',
    )
    await database.exec('begin')
    expect(await tidyTables(database)).toEqual([])
    await database.exec('rollback')
  } finally {
    await database.close()
  }
})
