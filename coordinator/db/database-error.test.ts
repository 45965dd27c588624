import { rm } from 'node:fs/promises'
import { sql } from 'kysely'
import pg from 'pg'
import { expect, test } from 'vitest'
import { testEnvironment } from '../../config/test-environment.ts'
import { AppError } from '../../protocol/errors.ts'
import { openDatabase } from './database.ts'
import { DatabaseAwayError, isDamage, toDatabaseError } from './database-error.ts'
import { shortFolder } from './testing/embedded-database.ts'
import { EmbeddedProcess } from './testing/embedded-process.ts'
import { freshDatabase } from './testing/fresh-database.ts'

function databaseError(code: string): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError('said by the server', 0, 'error'), { code })
}

function lineError(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code })
}

test.each([
  lineError('ECONNREFUSED'),
  lineError('ECONNRESET'),
  lineError('ENOENT'),
  new AggregateError([lineError('EHOSTUNREACH'), lineError('ECONNREFUSED')]),
  new Error('Connection terminated unexpectedly'),
  new Error('timeout exceeded when trying to connect'),
  databaseError('57P01'),
  databaseError('57P03'),
  databaseError('08006'),
  databaseError('53300'),
])('“$message” is a database that is away', (error) => {
  const told = toDatabaseError(error)
  expect(told).toBeInstanceOf(DatabaseAwayError)
  expect(told).toMatchObject({ code: 'unavailable', cause: error })
})

test.each([
  new Error('relation "x" does not exist'),
  new TypeError('not a function'),
  databaseError('42P01'),
  databaseError('40001'),
  databaseError('28P01'),
  databaseError('57014'),
  new AppError('not_found', 'There is no asset 7'),
  lineError('EACCES'),
  'not an error',
])('“%s” stays what it is', (error) => {
  expect(toDatabaseError(error)).toBe(error)
})

test('a full disk of the database is a full disk', () => {
  expect(toDatabaseError(databaseError('53100'))).toMatchObject({ code: 'disk_full' })
})

test.each(['XX001', 'XX002', '58P01', '58030'])('SQLSTATE %s means damage', (code) => {
  expect(isDamage(databaseError(code))).toBe(true)
})

test.each(['XX000', '53100', '42P01'])('SQLSTATE %s means none', (code) => {
  expect(isDamage(databaseError(code))).toBe(false)
})

test.skipIf(!testEnvironment.databaseUrl)(
  'a connection that the server ends in the middle of a transaction is a database that is away',
  async () => {
    await using fresh = await freshDatabase('server')
    const ended = fresh.db.transaction().execute(async (tx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx)
      await sql`select pg_terminate_backend(${rows[0]!.pid})`.execute(fresh.db)
      await sql`select 1`.execute(tx)
    })
    await expect(ended).rejects.toBeInstanceOf(DatabaseAwayError)
    await expect(sql`select 1 as one`.execute(fresh.db)).resolves.toMatchObject({ rows: [{ one: 1 }] })
  },
)

test('statements fail as long as the embedded database is away, and work when it is back', async () => {
  const folder = await shortFolder()
  const first = await EmbeddedProcess.start(folder)
  const db = openDatabase(first.address)
  await sql`create table kept (id integer)`.execute(db)
  const asked = sql`select pg_sleep(20)`.execute(db)
  const rejected = expect(asked).rejects.toBeInstanceOf(DatabaseAwayError)
  await first.kill()
  await rejected
  await expect(sql`select 1`.execute(db)).rejects.toBeInstanceOf(DatabaseAwayError)
  const second = await EmbeddedProcess.start(folder)
  await expect(sql`select * from kept`.execute(db)).resolves.toMatchObject({ rows: [] })
  await db.destroy()
  await second.kill()
  await rm(folder, { recursive: true })
})
