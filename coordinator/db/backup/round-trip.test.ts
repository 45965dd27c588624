import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bareDatabase, eachEngine, type FreshDatabase } from '../testing/fresh-database.ts'
import { makeBackup } from './make-backup.ts'
import type { DatabaseLocation } from './open-source.ts'
import { restoreBackup } from './restore-backup.ts'
import { databaseContents } from './testing/database-contents.ts'
import { type FilledDatabase, filledDatabase } from './testing/filled-database.ts'

const onProgress = () => {}

eachEngine('a backup', (engine) => {
  let folder = ''
  let filled: FilledDatabase
  let bare: FreshDatabase
  const backup = (name: string) =>
    makeBackup({ location: filled.location, path: join(folder, name), scratchParent: folder, onProgress })

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hearth-backup-'))
    filled = await filledDatabase(engine)
    bare = await bareDatabase('server')
  })
  afterAll(async () => {
    await filled[Symbol.asyncDispose]()
    await bare[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  test('of a running database is restored row for row on both kinds of database', async () => {
    const report = await backup('all.hearth')
    expect(report).toMatchObject({ tables: expect.any(Number), foreignTables: [] })
    expect(report.rows).toBeGreaterThan(100)
    expect(await readdir(folder)).toEqual(['all.hearth'])
    expect((await stat(report.path)).mode & 0o777).toBe(0o600)

    const restored: DatabaseLocation[] = [{ data: join(folder, 'new') }]
    if ('url' in bare.address) restored.push({ url: bare.address.url })
    const contents: Record<string, unknown>[] = []
    for (const into of restored) {
      const restoring = await restoreBackup({
        path: report.path,
        into,
        replace: false,
        migrateOn: true,
        onProgress,
      })
      expect(restoring).toMatchObject({ rows: report.rows, kept: null })
      contents.push(await databaseContents(into))
    }
    const source = 'url' in filled.location ? filled.location : undefined
    if (source) contents.push(await databaseContents(source))
    expect(contents[0]).toEqual(contents[1])
    expect(contents.at(-1)).toEqual(contents[0])
    expect(Object.keys(contents[0]!).length).toBe(report.tables + 1)
  })
})
