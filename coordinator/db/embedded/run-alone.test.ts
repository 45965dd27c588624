import { PGlite } from '@electric-sql/pglite'
import { expect, test } from 'vitest'
import { runAlone } from './run-alone.ts'

test('a checkpoint ends, and the database answers afterwards', { timeout: 120_000 }, async () => {
  const database = await PGlite.create()
  expect(await runAlone(database, 'checkpoint')).toEqual([])
  expect(await runAlone(database, "select 1, null, 'ä'")).toEqual([['1', null, 'ä']])
  const { rows } = await database.query('select 2 as two')
  expect(rows).toEqual([{ two: 2 }])
  await database.close()
})

test('a statement that fails is told, and the database answers afterwards', {
  timeout: 120_000,
}, async () => {
  const database = await PGlite.create()
  await expect(runAlone(database, 'vacuum nothing')).rejects.toThrow(/nothing/)
  expect(await runAlone(database, 'select 1')).toEqual([['1']])
  await database.close()
})

test('nothing is run inside a client’s transaction', { timeout: 120_000 }, async () => {
  const database = await PGlite.create()
  await database.exec('begin')
  expect(await runAlone(database, 'checkpoint')).toBeUndefined()
  await database.exec('rollback')
  await database.close()
})
