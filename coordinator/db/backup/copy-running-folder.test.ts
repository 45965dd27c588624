import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../testing/fresh-database.ts'
import { copyRunningFolder } from './copy-running-folder.ts'
import { copySegments, segmentBefore, segmentNames } from './copy-wal.ts'
import { pgdataOf } from './data-folder.ts'
import { openEmbeddedSession } from './embedded-session.ts'

let base = ''
let fresh: FreshDatabase
let socketFolder = ''
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'hearth-copy-'))
  fresh = await freshDatabase('embedded')
  if (!('socketFolder' in fresh.address)) throw new Error('Not embedded')
  socketFolder = fresh.address.socketFolder
})
afterAll(async () => {
  await fresh[Symbol.asyncDispose]()
  await rm(base, { recursive: true, force: true })
})

test('a copy opens after a backup before it was killed, and has what was written while it was made', async () => {
  // What a killed backup leaves: the session of the one engine goes on without its client.
  await sql`select pg_backup_start('killed', true)`.execute(fresh.db)
  await sql`create table while_copying (n int)`.execute(fresh.db)
  await copyRunningFolder({ pgdata: pgdataOf(socketFolder), socketFolder }, join(base, 'copy'))
  const session = await openEmbeddedSession(join(base, 'copy'))
  expect(await session.query('select count(*)::int as n from while_copying')).toEqual([{ n: 0 }])
  await session.close()
})

test('a copy without the end of its WAL does not open as if it were whole', async () => {
  const whole = join(base, 'whole')
  await copyRunningFolder({ pgdata: pgdataOf(socketFolder), socketFolder }, whole)
  const cut = join(base, 'cut')
  await cp(whole, cut, { recursive: true })
  await rm(join(cut, 'pg_wal'), { recursive: true })
  await expect(openEmbeddedSession(cut)).rejects.toThrow()
})

test('a piece of WAL that is gone is noticed', async () => {
  const gone = { pgdata: pgdataOf(socketFolder), to: join(base, 'whole'), copied: new Set<string>() }
  const name = '000000010000000F00000000'
  expect(await copySegments({ ...gone, first: name, last: name })).toBe(false)
})

test('segments are counted over the end of a log file', () => {
  expect(segmentNames('0000000100000000000000FE', '000000010000000100000001')).toEqual([
    '0000000100000000000000FE',
    '0000000100000000000000FF',
    '000000010000000100000000',
    '000000010000000100000001',
  ])
  expect(segmentBefore('000000010000000100000000')).toBe('0000000100000000000000FF')
  expect(segmentNames('000000010000000000000005', '000000010000000000000004')).toEqual([])
})
