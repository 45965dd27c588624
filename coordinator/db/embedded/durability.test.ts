import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { findProgram } from '../../../config/test-environment.ts'
import { openDatabase, type Queryable } from '../database.ts'
import { shortFolder } from '../testing/embedded-database.ts'
import { EmbeddedProcess } from '../testing/embedded-process.ts'
import { lockFolder } from './folder-lock.ts'

const KILLS = 20
const WRITERS = 4
const COMMITS = 25
const MB = 1024 * 1024

// Processes that start, and tracers, on a machine that does much else.
vi.setConfig({ testTimeout: 240_000 })

let folder = ''

beforeEach(async () => {
  folder = await shortFolder()
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

const createEntries = (db: Queryable) => sql`create table entry (id bigint primary key)`.execute(db)
const insertEntry = (db: Queryable, id: number) => sql`insert into entry values (${id})`.execute(db)

test(`kill -9 ${KILLS} times amid inserts loses nothing that was acknowledged`, {
  timeout: 600_000,
}, async () => {
  const acknowledged: number[] = []
  let nextId = 1
  for (let round = 0; round <= KILLS; round += 1) {
    const server = await EmbeddedProcess.start(folder)
    const db = openDatabase(server.address)
    if (round === 0) await createEntries(db)
    const { rows } = await sql<{ id: number }>`select id from entry order by id`.execute(db)
    const found = new Set(rows.map((row) => row.id))
    expect(acknowledged.filter((id) => !found.has(id))).toEqual([])
    if (round === KILLS) {
      await db.destroy()
      await server.stop()
      break
    }
    let killed = false
    const writers = Array.from({ length: WRITERS }, async () => {
      while (!killed) {
        const id = nextId++
        try {
          await insertEntry(db, id)
          acknowledged.push(id)
        } catch (error) {
          if (!killed) throw error
        }
      }
    })
    await sleep(30 + Math.random() * 150)
    killed = true
    await server.kill()
    await Promise.all(writers)
    await db.destroy()
  }
  expect(acknowledged.length).toBeGreaterThan(KILLS * WRITERS)
})

test.skipIf(!findProgram('strace'))(
  'each commit waits for the disk, unless it says that it need not',
  async () => {
    const trace = join(folder, 'trace')
    const server = await EmbeddedProcess.start(folder, [
      'strace',
      '-f',
      '--seccomp-bpf',
      '-qq',
      '-e',
      'trace=fsync,fdatasync',
      '-o',
      trace,
    ])
    const db = openDatabase(server.address)
    await createEntries(db)
    const countSyncs = () => readFileSync(trace, 'utf8').match(/f(data)?sync\(/g)?.length ?? 0

    const before = countSyncs()
    for (let id = 0; id < COMMITS; id += 1) await insertEntry(db, id)
    const afterWaiting = countSyncs()
    expect(afterWaiting - before).toBeGreaterThanOrEqual(COMMITS)

    for (let id = COMMITS; id < 2 * COMMITS; id += 1) {
      await db.transaction().execute(async (transaction) => {
        await sql`set local synchronous_commit = off`.execute(transaction)
        await sql`insert into entry values (${id})`.execute(transaction)
      })
    }
    expect(countSyncs() - afterWaiting).toBeLessThan(COMMITS / 2)

    const beforeCheckpoint = countSyncs()
    await sql`checkpoint`.execute(db)
    expect(countSyncs() - beforeCheckpoint).toBeGreaterThan(1)
    await db.destroy()
    await server.stop()
  },
)

test.skipIf(!findProgram('strace'))(
  'a disk that does not take the log ends the database before it answers',
  async () => {
    const failing = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'inject=fdatasync:error=EIO:when=20+']
    const first = await EmbeddedProcess.start(folder)
    const db = openDatabase(first.address)
    await createEntries(db)
    await first.stop()
    const server = await EmbeddedProcess.start(folder, failing)
    const acknowledged: number[] = []
    const insertUntilItEnds = async () => {
      for (let id = 0; ; id += 1) {
        await insertEntry(db, id)
        acknowledged.push(id)
      }
    }
    await expect(insertUntilItEnds()).rejects.toThrow()
    await server.kill()

    const again = await EmbeddedProcess.start(folder)
    const { rows } = await sql<{ id: number }>`select id from entry order by id`.execute(db)
    expect(rows.slice(0, acknowledged.length).map(({ id }) => id)).toEqual(acknowledged)
    await db.destroy()
    await again.stop()
  },
)

test('what commits without waiting reaches the disk by itself', async () => {
  const server = await EmbeddedProcess.start(folder)
  const db = openDatabase(server.address)
  await createEntries(db)
  await db.transaction().execute(async (transaction) => {
    await sql`set local synchronous_commit = off`.execute(transaction)
    await insertEntry(transaction, 1)
  })
  const { rows: before } = await sql<{ written: string }>`
    select pg_current_wal_insert_lsn() as written`.execute(db)
  const isFlushed = async () => {
    const { rows } = await sql<{ flushed: boolean }>`
      select pg_current_wal_flush_lsn() >= ${before[0]!.written} as flushed`.execute(db)
    return rows[0]?.flushed
  }
  await expect.poll(isFlushed, { timeout: 20_000 }).toBe(true)
  await server.kill()

  const again = await EmbeddedProcess.start(folder)
  const { rows } = await sql`select id from entry`.execute(db)
  expect(rows).toEqual([{ id: 1 }])
  await db.destroy()
  await again.stop()
})

test.skipIf(!findProgram('strace'))('commits that wait at the same time share a sync', async () => {
  const trace = join(folder, 'trace')
  const slowly = ['-e', 'inject=fdatasync:delay_exit=20000']
  const server = await EmbeddedProcess.start(folder, [
    'strace',
    '-f',
    '--seccomp-bpf',
    '-qq',
    '-e',
    'trace=fdatasync',
    ...slowly,
    '-o',
    trace,
  ])
  const db = openDatabase(server.address)
  await createEntries(db)
  const countSyncs = () => readFileSync(trace, 'utf8').match(/fdatasync\(/g)?.length ?? 0
  const before = countSyncs()
  const ids = Array.from({ length: 8 * COMMITS }, (_, id) => id)
  await Promise.all(
    Array.from({ length: 8 }, async (_, client) => {
      for (const id of ids.filter((id) => id % 8 === client)) await insertEntry(db, id)
    }),
  )
  expect(countSyncs() - before).toBeLessThan(ids.length / 2)
  await db.destroy()
  await server.kill()
})

test('the log goes on over many of its 16 MB segments, and does not stay', async () => {
  const server = await EmbeddedProcess.start(folder)
  const db = openDatabase(server.address)
  await createEntries(db)
  const sizes: number[] = []
  for (let first = 0; first < 4_000_000; first += 200_000) {
    await sql`insert into entry select n from generate_series(${first}::int, ${first + 199_999}::int) n`.execute(
      db,
    )
    const { rows } = await sql<{ bytes: number }>`
      select sum(size)::float8 as bytes from pg_ls_waldir()`.execute(db)
    sizes.push(rows[0]!.bytes)
  }
  const { rows } = await sql<{ bytes: number }>`
    select (pg_current_wal_lsn() - '0/0'::pg_lsn)::float8 as bytes`.execute(db)
  expect(rows[0]?.bytes).toBeGreaterThan(500 * MB)
  expect(Math.max(...sizes)).toBeLessThan(300 * MB)
  await db.destroy()
  await server.stop()
})

test('a folder that another process holds is waited for', async () => {
  const lock = await lockFolder(folder, 'database')
  const starting = EmbeddedProcess.start(folder)
  const first = await Promise.race([starting, sleep(2_500, 'still waiting')])
  expect(first).toBe('still waiting')
  lock.release()
  const server = await starting
  await server.stop()
})

test('a connection that breaks inside a transaction fails that transaction and nothing else', async () => {
  const server = await EmbeddedProcess.start(folder)
  const db = openDatabase(server.address)
  await createEntries(db)
  const broken = db.transaction().execute(async (transaction) => {
    await insertEntry(transaction, 1)
    await server.kill()
    await insertEntry(transaction, 2)
  })
  await expect(broken).rejects.toThrow()
  const again = await EmbeddedProcess.start(folder)
  const { rows } = await sql`select id from entry`.execute(db)
  expect(rows).toEqual([])
  await db.destroy()
  await again.stop()
})
