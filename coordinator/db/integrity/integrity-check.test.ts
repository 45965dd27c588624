import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { pino } from 'pino'
import { describe, expect, test, vi } from 'vitest'
import { testEnvironment } from '../../../config/test-environment.ts'
import { type Database, type DatabaseAddress, openDatabase } from '../database.ts'
import { migrate } from '../migrate.ts'
import { shortFolder } from '../testing/embedded-database.ts'
import { EmbeddedProcess } from '../testing/embedded-process.ts'
import { eachEngine, freshDatabase } from '../testing/fresh-database.ts'
import { DamageRecord } from './damage-record.ts'
import { IntegrityCheck, readLastCheck } from './integrity-check.ts'

const PAGE_BYTES = 8_192

// Every table of a database is read, some of them several times.
vi.setConfig({ testTimeout: 180_000 })

function watched(address: DatabaseAddress) {
  const log: string[] = []
  const logger = pino({ level: 'error' }, { write: (line: string) => void log.push(line) })
  // As the coordinator does it: what a statement meets is noted as well.
  const db = openDatabase(address, { onDamage: (error) => damage.met(error) })
  const damage: DamageRecord = new DamageRecord({ db, log: logger })
  const check = new IntegrityCheck({ db, log: logger, damage })
  return { db, damage, check, log, [Symbol.asyncDispose]: () => db.destroy() }
}

/** Pages enough that not all of them are in memory, and values long enough to be stored elsewhere. */
async function fill(db: Database): Promise<void> {
  await sql`insert into account (name, password_hash, role)
    select 'person ' || n, repeat(md5(n::text), 20), 'user' from generate_series(1, 3000) n`.execute(db)
  await sql`insert into agent (name, public_key, facts)
    select 'agent ' || n, convert_to(n::text, 'UTF8'), jsonb_build_object('noise', (
      select string_agg(md5((n * 1000 + m)::text), '') from generate_series(1, 400) m))
    from generate_series(1, 30) n`.execute(db)
  await sql`insert into session (token_hash, account_id, expires_at)
    select decode(md5(id::text), 'hex'), id, now() + interval '1 day' from account`.execute(db)
  await sql`checkpoint`.execute(db)
}

eachEngine('the look for damage', (engine) => {
  test('finds a whole database whole, and remembers when', async () => {
    await using fresh = await freshDatabase(engine)
    await using t = watched(fresh.address)
    await fill(t.db)
    expect(await t.check.check()).toBe(true)
    expect(await t.damage.list()).toEqual([])
    const last = await readLastCheck(t.db)
    expect(last).toMatchObject({ method: 'amcheck' })
    // Our own tables and indexes, and Postgres’ own.
    expect(last?.objects).toBeGreaterThan(100)
    expect(t.log).toEqual([])
  })

  test('is done by one coordinator at a time', async () => {
    await using fresh = await freshDatabase(engine)
    await using one = watched(fresh.address)
    await using other = watched(fresh.address)
    const outcomes = await Promise.all([one.check.check(), other.check.check()])
    expect(outcomes.toSorted()).toEqual([false, true])
  })

  test('forgets what is whole again, and what came with a backup of another database', async () => {
    await using fresh = await freshDatabase(engine)
    await using t = watched(fresh.address)
    await t.damage.note('item order violated', 'index asset_bucket')
    await sql`insert into database_damage values ('another', 'table folder', 'bad', now())`.execute(t.db)
    expect((await t.damage.list()).map(({ object }) => object)).toEqual(['index asset_bucket'])
    await t.check.check()
    expect(await t.damage.list()).toEqual([])
  })

  test('that is broken off leaves no check behind', async () => {
    await using fresh = await freshDatabase(engine)
    await using t = watched(fresh.address)
    await t.check.stop()
    expect(await t.check.check()).toBe(false)
    expect(await readLastCheck(t.db)).toBeNull()
    expect(await t.db.selectFrom('database_check').selectAll().execute()).toEqual([])
  })
})

describe.skipIf(!testEnvironment.databaseUrl)('on a server that does not let us have amcheck', () => {
  test('checksums are asked instead, or nothing, and it says which', async () => {
    await using fresh = await freshDatabase('server')
    const { rows } = await sql<{ checksums: string }>`show data_checksums`.execute(fresh.db)
    await sql`do $$ begin
      create role hearth_plain login; exception when duplicate_object then null; end $$`.execute(fresh.db)
    await sql`grant all on all tables in schema public to hearth_plain`.execute(fresh.db)
    const url = new URL('url' in fresh.address ? fresh.address.url : '')
    url.username = 'hearth_plain'
    await using t = watched({ url: url.href })
    expect(await t.check.check()).toBe(true)
    const method = Object.values(rows[0]!)[0] === 'on' ? 'checksums' : 'none'
    expect(await readLastCheck(t.db)).toMatchObject({ method, objects: 0 })
    await sql`drop owned by hearth_plain`.execute(fresh.db)
  })
})

test('bytes overwritten in a stopped embedded database are found, said and remembered', async () => {
  await using folder = await damagedFolder([
    'account',
    'session_pkey',
    `(select reltoastrelid::regclass::text from pg_class where relname = 'agent')`,
  ])
  {
    await using server = await folder.start()
    await using t = watched(server.address)
    // Whoever reads there stumbles over it…
    const read = sql`select count(password_hash) from account`.execute(t.db)
    await expect(read).rejects.toMatchObject({ code: 'XX001' })
    await expect.poll(() => t.damage.list(), { timeout: 60_000 }).toMatchObject([{ object: 'table account' }])
    // …and the check finds that and all the rest, and nothing else.
    expect(await t.check.check()).toBe(true)
    const damage = await t.damage.list()
    expect(damage.map(({ object }) => object)).toEqual([
      'index session_pkey',
      'long values of table agent',
      'table account',
    ])
    for (const { message } of damage) expect(message).toMatch(/^invalid page in block 1 of relation/)
    expect(t.log.filter((line) => line.includes('the database is damaged'))).toHaveLength(3)
  }
  await using server = await folder.start()
  await using t = watched(server.address)
  expect(await t.damage.list()).toHaveLength(3)
})

/** A stopped database with the second page of each relation overwritten in part. */
async function damagedFolder(relations: readonly string[]) {
  const folder = await shortFolder()
  const first = await EmbeddedProcess.start(folder)
  const db = openDatabase(first.address)
  await migrate(db)
  await fill(db)
  const paths: string[] = []
  for (const relation of relations) {
    const name = relation.startsWith('(') ? sql.raw(relation) : sql`${relation}`
    const { rows } = await sql<{ path: string }>`select pg_relation_filepath(${name}) as path`.execute(db)
    paths.push(rows[0]!.path)
  }
  await db.destroy()
  await first.stop()
  for (const path of paths) {
    const file = await open(join(folder, 'pgdata', path), 'r+')
    await file.write(Buffer.alloc(600, 0x5a), 0, 600, PAGE_BYTES + 4_000)
    await file.close()
  }
  return {
    start: async () => {
      const server = await EmbeddedProcess.start(folder)
      return { address: server.address, [Symbol.asyncDispose]: () => server.kill() }
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}
