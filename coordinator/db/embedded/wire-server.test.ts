import { rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { shortFolder } from '../testing/embedded-database.ts'
import { type FreshDatabase, freshDatabase } from '../testing/fresh-database.ts'
import { onceReady, WireServer } from './wire-server.ts'

const CLIENTS = 8
const ROUNDS = 40

let fresh: FreshDatabase
let pool: pg.Pool

beforeAll(async () => {
  fresh = await freshDatabase('embedded')
  if (!('socketFolder' in fresh.address)) throw new Error('the embedded database has a socket')
  pool = new pg.Pool({
    host: fresh.address.socketFolder,
    user: 'postgres',
    database: 'postgres',
    max: CLIENTS,
  })
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
})
beforeEach(async () => {
  await pool.query('drop table if exists entry')
  await pool.query('create table entry (id int primary key, client int not null, amount int not null)')
})
afterAll(async () => {
  await pool.end()
  await fresh[Symbol.asyncDispose]()
})

const numbers = (length: number) => Array.from({ length }, (_, at) => at)
const count = async (where = 'true') =>
  Number((await pool.query(`select count(*) from entry where ${where}`)).rows[0].count)

test(`transactions and single statements of ${CLIENTS} clients never mix`, async () => {
  const committed = await Promise.all(
    numbers(CLIENTS).map(async (client) => {
      const connection = await pool.connect()
      let kept = 0
      try {
        for (const round of numbers(ROUNDS)) {
          const id = client * 1_000 + round
          if (round % 3 === 0) {
            const { rows } = await connection.query('select $1::int as id, $2::text as text', [
              id,
              `at ${id}`,
            ])
            expect(rows).toEqual([{ id, text: `at ${id}` }])
            continue
          }
          await connection.query('begin')
          await connection.query('insert into entry values ($1, $2, $3)', [id, client, round])
          await sleep(Math.random() * 2)
          const { rows } = await connection.query('select * from entry where id = $1', [id])
          expect(rows).toEqual([{ id, client, amount: round }])
          const others = await connection.query(
            'select id from entry where client <> $1 and amount % 3 = 2',
            [client],
          )
          expect(others.rows).toEqual([])
          if (round % 3 === 1) kept += 1
          await connection.query(round % 3 === 1 ? 'commit' : 'rollback')
        }
      } finally {
        connection.release()
      }
      return kept
    }),
  )
  expect(await count()).toBe(committed.reduce((sum, kept) => sum + kept, 0))
})

test('a client that vanishes inside its transaction is rolled back, and the others go on', async () => {
  for (const id of numbers(5)) {
    const victim = await pool.connect()
    await victim.query('begin')
    await victim.query('insert into entry values ($1, 0, 0)', [id])
    const waiting = numbers(3).map((at) => pool.query('select $1::int as at', [at]))
    Reflect.get(victim, 'connection').stream.destroy()
    const answers = await Promise.all(waiting)
    expect(answers.map(({ rows }) => rows[0].at)).toEqual([0, 1, 2])
    victim.release(true)
  }
  expect(await count()).toBe(0)
})

test('a client that vanishes with a statement under way leaves the others in step', async () => {
  const victim = await pool.connect()
  const lost = victim
    .query('insert into entry select n, 0, 0 from generate_series(1, 2000) n')
    .catch(() => {})
  Reflect.get(victim, 'connection').stream.destroy()
  const { rows } = await pool.query('select $1::int as at', [7])
  expect(rows).toEqual([{ at: 7 }])
  await lost
  victim.release(true)
})

test('statements that fail leave every client in step', async () => {
  await pool.query('insert into entry values (1, 0, 0)')
  const failing: [string, unknown[], RegExp][] = [
    ['select 1 / $1::int', [0], /division by zero/],
    ['select * from nowhere where id = $1', [1], /does not exist/],
    ['insert into entry values ($1, 0, 0)', [1], /duplicate key/],
    ['select $1::int', ['no number'], /invalid input syntax/],
    ['selec $1', [1], /syntax error/],
  ]
  await Promise.all(
    numbers(CLIENTS).map(async (client) => {
      for (const round of numbers(ROUNDS)) {
        const [text, values, said] = failing[(client + round) % failing.length]!
        await expect(pool.query(text, values)).rejects.toThrow(said)
        const { rows } = await pool.query('select $1::int as at', [client * 1_000 + round])
        expect(rows).toEqual([{ at: client * 1_000 + round }])
      }
    }),
  )
})

test('a named statement is shared by all clients, whoever prepared it, and outlives failures', async () => {
  const sum = { name: 'sum', text: 'select 10 / $1::int + $2::int as sum' }
  await Promise.all(
    numbers(CLIENTS).map(async (client) => {
      const connection = await pool.connect()
      try {
        for (const round of numbers(10)) {
          const { rows } = await connection.query({ ...sum, values: [1, client * 100 + round] })
          expect(rows).toEqual([{ sum: 10 + client * 100 + round }])
          await expect(connection.query({ ...sum, values: [0, 0] })).rejects.toThrow(/division by zero/)
        }
        // Prepared inside a transaction that is rolled back.
        const own = { name: `own ${client % 3}`, text: `select $1::int + ${client % 3} as own` }
        await connection.query('begin')
        expect((await connection.query({ ...own, values: [1] })).rows).toEqual([{ own: 1 + (client % 3) }])
        await connection.query('rollback')
      } finally {
        connection.release(true)
      }
    }),
  )
  const { rows } = await pool.query({ name: 'own 2', text: 'select $1::int + 2 as own', values: [5] })
  expect(rows).toEqual([{ own: 7 }])
  const { rows: statements } = await pool.query(
    `select name from pg_prepared_statements where name in ('sum', 'own 2')`,
  )
  expect(statements).toHaveLength(2)
})

test('a name that is taken by another statement is refused, and one that could not be prepared is free', async () => {
  const ask = (name: string, text: string, values: unknown[]) => pool.query({ name, text, values })
  const [one, other] = [await pool.connect(), await pool.connect()]
  await one.query({ name: 'taken', text: 'select $1::int as one', values: [1] })
  await expect(
    other.query({ name: 'taken', text: 'select $1::text as other', values: ['a'] }),
  ).rejects.toThrow(/already exists/)
  one.release()
  other.release()
  await expect(ask('free', 'select * from later where id = $1', [1])).rejects.toThrow(/does not exist/)
  await pool.query('create table later (id int)')
  expect((await ask('free', 'select * from later where id = $1', [1])).rows).toEqual([])
  await pool.query('drop table later')
})

test('a failed transaction stays its client’s until it is rolled back', async () => {
  const client = await pool.connect()
  await client.query('begin')
  await expect(client.query('select 1 / $1::int', [0])).rejects.toThrow(/division by zero/)
  let answered = false
  const other = pool.query('select 1 as one').then(({ rows }) => {
    answered = true
    return rows
  })
  await expect(client.query('select 1')).rejects.toThrow(/current transaction is aborted/)
  await sleep(50)
  expect(answered).toBe(false)
  await client.query('rollback')
  expect(await other).toEqual([{ one: 1 }])
  client.release()
})

test('large parameters and answers arrive whole', async () => {
  const text = 'ä€😀'.repeat(400_000)
  const { rows } = await pool.query('select $1::text as text', [text])
  expect(rows[0].text === text).toBe(true)
})

test('garbage costs its sender the connection and nobody else anything', async () => {
  if (!('socketFolder' in fresh.address)) throw new Error('the embedded database has a socket')
  const socket = connect(`${fresh.address.socketFolder}/.s.PGSQL.5432`)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.on('error', () => {})
  socket.write(Buffer.alloc(64, 0xff))
  await closed
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
})

test('an engine that breaks is reported, and its client hears that the connection ended', async () => {
  const folder = await shortFolder()
  const engine = await PGlite.create()
  const broken: unknown[] = []
  const server = new WireServer(engine, (error) => broken.push(error))
  await server.listen(`${folder}/.s.PGSQL.5432`)
  const client = new pg.Client({ host: folder, user: 'postgres', database: 'postgres' })
  client.on('error', () => {})
  await client.connect()
  await engine.close()
  await expect(client.query('select 1')).rejects.toThrow(/terminated/)
  expect(broken).toHaveLength(1)
  await client.end()
  await server.close()
  await rm(folder, { recursive: true })
})

test('an answer waits for the disk, and the other clients have their turn meanwhile', async () => {
  const folder = await shortFolder()
  const engine = await PGlite.create()
  let settled: Promise<void> | undefined
  const server = new WireServer(engine, () => {}, { logSync: { settled: () => settled } })
  await server.listen(`${folder}/.s.PGSQL.5432`)
  const open = async () => {
    const client = new pg.Client({ host: folder, user: 'postgres', database: 'postgres' })
    await client.connect()
    return client
  }
  const [one, other] = [await open(), await open()]

  const disk = Promise.withResolvers<void>()
  settled = disk.promise
  const heard: string[] = []
  const committed = one.query('create table entry (id int)').then(() => heard.push('one'))
  const read = other.query('insert into entry values (1)').then(() => heard.push('other'))
  await expect
    .poll(async () => (await engine.query('table entry').catch(() => ({ rows: [] }))).rows)
    .toEqual([{ id: 1 }])
  expect(heard).toEqual([])
  disk.resolve()
  await Promise.all([committed, read])
  expect(heard).toEqual(['one', 'other'])

  settled = undefined
  await Promise.all([one.end(), other.end()])
  await server.close()
  await engine.close()
  await rm(folder, { recursive: true })
})

test('an answer keeps its last ReadyForQuery only', () => {
  const ready = Buffer.from([0x5a, 0, 0, 0, 5, 0x49])
  const notice = Buffer.from([0x4e, 0, 0, 0, 5, 0])
  expect(onceReady(Buffer.concat([notice, ready, notice, ready]))).toEqual(
    Buffer.concat([notice, notice, ready]),
  )
  expect(onceReady(Buffer.concat([notice, ready]))).toEqual(Buffer.concat([notice, ready]))
  expect(onceReady(Buffer.alloc(0))).toEqual(Buffer.alloc(0))
})
