import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { readControlFile } from './control-file.ts'
import { dataFolder, pgdataOf } from './data-folder.ts'
import { openEmbeddedSession } from './embedded-session.ts'
import { ENGINE_MAJOR } from './engine-major.ts'
import { currentEngine, type Engine } from './engines.ts'
import { keepBackup } from './keep-backup.ts'
import { databaseContents } from './testing/database-contents.ts'
import { filledFolder } from './testing/filled-folder.ts'
import { upgradeEmbedded } from './upgrade-embedded.ts'

// New databases are made in seconds on a free machine, and in many on one that runs all tests at once.
vi.setConfig({ testTimeout: 180_000 })

const onProgress = () => {}
const OLD = ENGINE_MAJOR - 1
let base = ''
let filled = ''
let contents: Record<string, unknown>

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'hearth-upgrade-'))
  filled = await filledFolder()
  contents = await databaseContents({ data: filled })
})
afterAll(async () => {
  await rm(base, { recursive: true, force: true })
  await rm(filled, { recursive: true, force: true })
})

const versionPath = (data: string) => join(pgdataOf(dataFolder.database(data)), 'PG_VERSION')

/** The filled data folder as one that another version of Postgres has made. */
async function folderOf(name: string, major: number, prepare = async (_data: string) => {}): Promise<string> {
  const data = join(base, name)
  await cp(filled, data, { recursive: true })
  await prepare(data)
  await writeFile(versionPath(data), `${major}\n`)
  return data
}

/** The old version's engine, which opens only its own folders: in truth the one that is here. */
const oldEngine: Engine = {
  major: OLD,
  open: async (pgdata) => {
    expect(await readFile(join(pgdata, 'PG_VERSION'), 'utf8')).toBe(`${OLD}\n`)
    await writeFile(join(pgdata, 'PG_VERSION'), `${ENGINE_MAJOR}\n`)
    return openEmbeddedSession(pgdata)
  },
}

const upgrade = (data: string, older: Engine[] = []) =>
  upgradeEmbedded({ data, current: currentEngine, older, onProgress })

test('the engine is of the version that is written down', async () => {
  const pgdata = join(base, 'engine')
  const session = await openEmbeddedSession(pgdata)
  const [engine] = await session.query<{ major: number; system: string; checkpoint: string }>(`
    select current_setting('server_version_num')::int / 10000 as major,
      (select system_identifier::text from pg_control_system()) as system,
      (select checkpoint_lsn::text from pg_control_checkpoint()) as checkpoint`)
  expect(engine!.major).toBe(ENGINE_MAJOR)
  expect(await readControlFile(pgdata)).toEqual({
    systemIdentifier: engine!.system,
    checkpoint: engine!.checkpoint,
    stopped: false,
  })
  await session.close()
  expect(await readControlFile(pgdata)).toMatchObject({ systemIdentifier: engine!.system, stopped: true })
})

test('a folder of this version is left alone', async () => {
  const data = await folderOf('same', ENGINE_MAJOR)
  expect(await upgrade(data, [oldEngine])).toEqual({ from: ENGINE_MAJOR, to: ENGINE_MAJOR, kept: null })
  expect(await readdir(data)).toEqual(['database'])
})

test('a folder of an older version goes through the engine of that version, and is kept', async () => {
  const data = await folderOf('with-engine', OLD)
  const report = await upgrade(data, [oldEngine])
  expect(report).toMatchObject({ from: OLD, to: ENGINE_MAJOR })
  expect(await databaseContents({ data })).toEqual(contents)
  expect(await readFile(join(pgdataOf(report.kept!), 'PG_VERSION'), 'utf8')).toBe(`${OLD}\n`)
  expect((await readdir(dataFolder.backups(data))).some((name) => name.includes('before-upgrade'))).toBe(true)
  expect(await upgrade(data)).toMatchObject({ kept: null })
})

test('without such an engine, a backup that was made since it was stopped will do', async () => {
  const data = await folderOf('with-backup', OLD, async (folder) => {
    await keepBackup({
      location: { data: folder },
      backupsFolder: dataFolder.backups(folder),
      kind: 'manual',
      onProgress,
    })
  })
  expect((await upgrade(data)).kept).toContain('database.old-')
  expect(await databaseContents({ data })).toEqual(contents)
})

test('without either nothing is touched, and the sentence says what to do', async () => {
  const data = await folderOf('with-older-backup', OLD, async (folder) => {
    await keepBackup({
      location: { data: folder },
      backupsFolder: dataFolder.backups(folder),
      kind: 'manual',
      onProgress,
    })
    // Something was written after it.
    const session = await openEmbeddedSession(pgdataOf(dataFolder.database(folder)))
    await session.query("insert into account (name, password_hash, role) values ('late', 'hash', 'user')")
    await session.close()
  })
  await expect(upgrade(data)).rejects.toMatchObject({
    code: 'version_unsupported',
    message: expect.stringContaining('hearth backup'),
  })
  expect(await readFile(versionPath(data), 'utf8')).toBe(`${OLD}\n`)
  expect((await readdir(data)).sort()).toEqual(['backups', 'database', 'hearth.lock'])
})

test('a folder of a newer version is refused', async () => {
  const data = await folderOf('newer', ENGINE_MAJOR + 1)
  await expect(upgrade(data, [oldEngine])).rejects.toMatchObject({
    code: 'version_unsupported',
    message: expect.stringContaining('newer Hearth'),
  })
})
