import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { testEnvironment } from '../../config/test-environment.ts'
import { readBackupHeader } from '../../coordinator/db/backup/check-backup.ts'
import { dataFolder, pgdataOf } from '../../coordinator/db/backup/data-folder.ts'
import { findDue } from '../../coordinator/db/backup/due-migrations.ts'
import { openEmbeddedSession } from '../../coordinator/db/backup/embedded-session.ts'
import { ENGINE_MAJOR } from '../../coordinator/db/backup/engine-major.ts'
import { listBackups } from '../../coordinator/db/backup/list-backups.ts'
import { restoreBackup } from '../../coordinator/db/backup/restore-backup.ts'
import type { Database } from '../../coordinator/db/database.ts'
import { migrate, migrations } from '../../coordinator/db/migrate.ts'
import { bareDatabase } from '../../coordinator/db/testing/fresh-database.ts'
import { HearthRun } from './testing/hearth-run.ts'

// New databases are made in seconds on a free machine, and in many on one that runs all tests at once.
vi.setConfig({ testTimeout: 180_000 })

const [first = ''] = Object.keys(migrations)
const engines = testEnvironment.databaseUrl ? (['embedded', 'server'] as const) : (['embedded'] as const)

let base = ''
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'hearth-care-'))
})
afterAll(() => rm(base, { recursive: true, force: true }))

/** As the first Hearth left it, with something in it. */
async function fillOldSchema(db: Database): Promise<void> {
  await migrate(db, { [first]: migrations[first]! })
  await sql`insert into account (name, password_hash, role) values ('of old', 'hash', 'admin')`.execute(db)
}

async function oldDataFolder(name: string): Promise<string> {
  const data = join(base, name)
  await mkdir(dataFolder.database(data), { recursive: true })
  const session = await openEmbeddedSession(pgdataOf(dataFolder.database(data)))
  await fillOldSchema(session.db)
  await session.close()
  return data
}

describe.each(engines)('on the %s database', (engine) => {
  test('before an old schema is brought to this version there is a backup of it', async () => {
    await using bare = engine === 'server' ? await bareDatabase('server') : undefined
    const data = bare ? join(base, 'of-server') : await oldDataFolder('old')
    if (bare) await fillOldSchema(bare.db)
    const url = bare && 'url' in bare.address ? bare.address.url : undefined
    const run = HearthRun.spawn(['--data', data, '--port', '0'], url)
    try {
      await run.url()
    } finally {
      await run.stop()
    }
    const backups = await listBackups(dataFolder.backups(data))
    expect(backups.map(({ kind }) => kind)).toEqual(['before-upgrade'])
    const path = join(dataFolder.backups(data), backups[0]!.name)
    expect((await readBackupHeader(path)).migrations).toEqual([first])

    // And it is of use: it comes back in the schema of today.
    const into = { data: join(base, `restored-${engine}`) }
    await restoreBackup({ path, into, replace: false, migrateOn: true, onProgress: () => {} })
    const session = await openEmbeddedSession(pgdataOf(dataFolder.database(into.data)))
    expect(await session.query('select name from account')).toEqual([{ name: 'of old' }])
    expect(await session.query('select name from kysely_migration order by name')).toEqual(
      Object.keys(migrations).map((name) => ({ name })),
    )
    await session.close()
  })
})

test('without a backup the old schema stays as it is, unless that is asked for', async () => {
  const data = await oldDataFolder('no-backup')
  await writeFile(dataFolder.backups(data), 'in the way')
  const refused = await HearthRun.toEnd(['--data', data, '--port', '0', '--once'])
  expect(refused.exitCode).toBe(1)
  expect(refused.output).toContain('No backup could be made before the database')
  const session = await openEmbeddedSession(pgdataOf(dataFolder.database(data)))
  expect(await session.query('select name from kysely_migration')).toEqual([{ name: first }])
  await session.close()
  const forced = await HearthRun.toEnd(['--data', data, '--port', '0', '--once', '--no-backups'])
  expect(forced.exitCode, forced.output).toBe(0)
})

test('a database of another Postgres that cannot be brought over is refused and left alone', async () => {
  const data = join(base, 'other-postgres')
  const pgdata = pgdataOf(dataFolder.database(data))
  await mkdir(pgdata, { recursive: true })
  await writeFile(join(pgdata, 'PG_VERSION'), `${ENGINE_MAJOR + 1}\n`)
  const { exitCode, output } = await HearthRun.toEnd(['--data', data, '--port', '0'])
  expect(output).toContain(`is of Postgres ${ENGINE_MAJOR + 1} and this Hearth has ${ENGINE_MAJOR}`)
  expect(exitCode).toBe(2)
  expect(await readdir(pgdata)).toEqual(['PG_VERSION'])
})

test.each([
  [[], ['1', '2'], []],
  [['1'], ['1', '2', '3'], ['2', '3']],
  [['1', '2'], ['1', '2'], []],
  [['1', '9'], ['1', '2'], []],
])('of %j applied and %j known, %j are due', (applied, known, due) => {
  expect(findDue(applied, known)).toEqual(due)
})
