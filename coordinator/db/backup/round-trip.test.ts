import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { testEnvironment } from '../../../config/test-environment.ts'
import { openDatabase } from '../database.ts'
import { bareDatabase, eachEngine } from '../testing/fresh-database.ts'
import { makeBackup } from './make-backup.ts'
import type { DatabaseLocation } from './open-source.ts'
import { restoreBackup } from './restore-backup.ts'
import { databaseContents } from './testing/database-contents.ts'
import { type FilledDatabase, filledDatabase } from './testing/filled-database.ts'

// New databases are made in seconds on a free machine, and in many on one that runs all tests at once.
vi.setConfig({ testTimeout: 180_000 })

const onProgress = () => {}

eachEngine('a backup', (engine) => {
  let folder = ''
  let filled: FilledDatabase
  let contents: Record<string, unknown>
  let restored: { data: string }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hearth-backup-'))
    restored = { data: join(folder, 'restored') }
    filled = await filledDatabase(engine)
    // Not ours: an extension or a library may have made it.
    await sql`create table foreign_notes as select 1 as n`.execute(filled.db)
  })
  afterAll(async () => {
    await filled[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  const into = (location: DatabaseLocation, options = { replace: false }) =>
    restoreBackup({ path: join(folder, 'all'), into: location, migrateOn: true, onProgress, ...options })

  test('of a running database is whole, private, and all that is left', async () => {
    const report = await makeBackup({
      location: filled.location,
      path: join(folder, 'all'),
      scratchParent: folder,
      onProgress,
    })
    expect(report).toMatchObject({ foreignTables: ['foreign_notes'] })
    expect(await readdir(folder)).toEqual(['all'])
    expect((await stat(report.path)).mode & 0o777).toBe(0o600)
  })

  test('is restored row for row into an embedded database, with every sequence', async () => {
    expect(await into(restored)).toMatchObject({ kept: null, foreignTables: ['foreign_notes'] })
    contents = await databaseContents(restored)
    const { foreign_notes: _, ...source } = await databaseContents(filled.location)
    expect(contents).toEqual(source)
    expect((contents.asset as unknown[]).length).toBeGreaterThan(2_000)
  })

  test('does not go over a database that is there, unless that is to be put aside', async () => {
    await expect(into(restored)).rejects.toMatchObject({ code: 'conflict' })
    const { kept } = await into(restored, { replace: true })
    expect(await databaseContents(restored)).toEqual(contents)
    expect((await readdir(restored.data)).filter((name) => name.startsWith('database'))).toEqual([
      'database',
      kept!.slice(restored.data.length + 1),
    ])
  })

  describe.skipIf(!testEnvironment.databaseUrl)('into a server', () => {
    test('is restored row for row, and the triggers count on from there', async () => {
      await using bare = await bareDatabase('server')
      if (!('url' in bare.address)) throw new Error('Not a server')
      await into(bare.address)
      expect(await databaseContents(bare.address)).toEqual(contents)

      const db = openDatabase(bare.address)
      await sql`delete from asset where id % 2 = 0`.execute(db)
      await sql`insert into account (name, password_hash, role) values ('new', 'hash', 'user')`.execute(db)
      const counted = await sql`select sum(count)::int as n from timeline_bucket`.execute(db)
      const listed = await sql`select count(*)::int as n from asset where listed`.execute(db)
      expect(counted.rows).toEqual(listed.rows)
      const orphan = sql`insert into folder (library_id, path) values (-1, 'x')`.execute(db)
      await expect(orphan).rejects.toThrow(/foreign key/)
      await db.destroy()

      await expect(into(bare.address)).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('not empty'),
      })
    })
  })
})
