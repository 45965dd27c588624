import { mkdir } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { type DatabaseFacts, DatabaseView } from '../../protocol/database.ts'
import { writeBackupStatus } from '../db/backup/backup-status.ts'
import { dataFolder } from '../db/backup/data-folder.ts'
import { eachEngine } from '../db/testing/fresh-database.ts'
import { describePlace } from '../db/watch/read-facts.ts'
import { cookieOf, startTestServer, type TestServer } from './testing/test-server.ts'

async function ask(server: TestServer, path: string, role: 'admin' | 'user'): Promise<string> {
  const answer = await fetch(server.url + path, { headers: { cookie: await cookieOf(server.db, role) } })
  expect(answer.status).toBe(200)
  return await answer.text()
}

const viewFor = async (server: TestServer, role: 'admin' | 'user') =>
  DatabaseView.parse(JSON.parse(await ask(server, '/api/database', role)))

eachEngine('the database over HTTP', (engine) => {
  test('an administrator sees what is known, everybody else how it is', async () => {
    await using server = await startTestServer({ engine })
    const setup = await (await fetch(`${server.url}/api/setup`)).json()
    expect(setup).toEqual({ needed: true, embeddedDatabase: engine === 'embedded' })
    const backups = dataFolder.backups(server.folder)
    await mkdir(backups)
    const at = new Date().toISOString()
    const success = {
      at,
      kind: 'daily' as const,
      path: 'b.hearth.zst',
      sizeBytes: 4_321,
      rows: 9,
      seconds: 1,
    }
    await writeBackupStatus(backups, { lastSuccess: success, lastFailure: null })

    const { facts, ...view } = await viewFor(server, 'admin')
    expect(view).toMatchObject({ state: 'well', sentence: 'The database is well: backed up.' })
    expect(facts).toMatchObject({
      engine,
      assets: 0,
      backup: { lastSuccess: { at, sizeBytes: 4_321, path: success.path }, lastFailure: null },
      check: null,
      damage: [],
    } satisfies Partial<DatabaseFacts>)
    expect(facts?.version).toMatch(/^\d+\.\d+/)
    expect(facts?.sizeBytes).toBeGreaterThan(1e6)
    expect(facts?.walBytes).toBeGreaterThan(1e6)
    expect(Date.parse(facts?.lastCheckpointAt ?? '')).toBeGreaterThan(0)
    expect(facts?.disk?.freeBytes).toBeGreaterThan(0)
    expect(facts?.connections?.used ?? null).toEqual(engine === 'server' ? expect.any(Number) : null)

    expect(await viewFor(server, 'user')).toEqual({ ...view, advice: [], facts: null })
    const metrics = await ask(server, '/api/metrics', 'admin')
    expect(metrics).toContain('hearth_database_last_backup_size_bytes 4321')
    expect(metrics).toContain('hearth_database_state{state="well"} 1')
    expect(metrics).toContain('hearth_database_damaged_objects 0')
    expect(metrics).not.toMatch(/^hearth_database_last_check_timestamp_seconds /m)
  })

  test('damage is said to everybody, and to an administrator what to do', async () => {
    await using server = await startTestServer({ engine })
    await server.damage.note('invalid page in block 3', 'table asset')
    const view = await viewFor(server, 'admin')
    expect(view).toMatchObject({ state: 'damaged', advice: [{ about: 'damage', severity: 'urgent' }] })
    expect(await viewFor(server, 'user')).toMatchObject({
      state: 'damaged',
      sentence: 'The database is damaged: table asset.',
      advice: [],
    })
    const metrics = await ask(server, '/api/metrics', 'admin')
    expect(metrics).toContain('hearth_database_damaged_objects 1')
    expect(server.log.join()).toContain('the database is damaged')
  })
})

test('a server’s place is told without its password', () => {
  const place = (url: string) => describePlace({ url }, '/data')
  expect(place('postgres://hearth:secret@db.home:5433/photos?sslmode=require')).toBe('db.home:5433/photos')
  expect(place('not a url secret')).toBe('a Postgres server')
  expect(describePlace({ socketFolder: '/run/x' }, '/data')).toBe('/data/database')
})
