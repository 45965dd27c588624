import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dataFolder, pgdataOf } from '../../coordinator/db/backup/data-folder.ts'
import { listBackups } from '../../coordinator/db/backup/list-backups.ts'
import { runHearthCommand } from './run-hearth-command.ts'
import { HearthRun } from './testing/hearth-run.ts'
import { prepareData } from './testing/prepare-data.ts'

const base = mkdtempSync(join(tmpdir(), 'hearth-damaged-'))
const [photos, whole] = [join(base, 'photos'), join(base, 'whole')]
const start = (data: string) => HearthRun.spawn([photos, '--data', data, '--port', '0'])
const hearth = (words: readonly string[]) =>
  runHearthCommand(words, { signal: new AbortController().signal, onLine: () => {} })

beforeAll(async () => {
  mkdirSync(photos)
  const run = start(await prepareData(whole))
  await run.url()
  await run.stop()
}, 120_000)
afterAll(() => rmSync(base, { recursive: true, force: true }))

/** What a failing disk may do to a database, by what the engine meets first. */
const damages: Record<string, (pgdata: string) => void> = {
  'its control file': (pgdata) => writeFileSync(join(pgdata, 'global/pg_control'), 'Z'.repeat(8_192)),
  'its log': (pgdata) => {
    for (const name of readdirSync(join(pgdata, 'pg_wal')).filter((name) => /^[0-9A-F]{24}$/.test(name))) {
      truncateSync(join(pgdata, 'pg_wal', name), 0)
    }
  },
  'the catalogue of its tables': (pgdata) => {
    for (const id of readdirSync(join(pgdata, 'base'))) {
      if (/^\d+$/.test(id)) writeFileSync(join(pgdata, 'base', id, '1259'), 'Z'.repeat(65_536))
    }
  },
}

test.each(Object.entries(damages))(
  'a start over a database that has lost %s says that it is damaged, and what to do',
  { timeout: 120_000 },
  async (_what, damage) => {
    const data = mkdtempSync(join(base, 'copy-'))
    cpSync(whole, data, { recursive: true })
    const pgdata = pgdataOf(dataFolder.database(data))
    damage(pgdata)
    const run = start(data)
    expect(await run.exit()).toBe(1)
    expect(run.output).toContain('cannot be opened: its files are damaged (')
    expect(run.output).toContain('There is no backup in ')
    expect(run.output).not.toMatch(/PGlite failed to initialize|Aborted\(\)/)
  },
)

test('the command that a damaged database names brings back the newest backup', {
  timeout: 180_000,
}, async () => {
  const data = mkdtempSync(join(base, 'copy-'))
  cpSync(whole, data, { recursive: true })
  expect(await hearth(['backup', '--data', data])).toMatchObject({ exitCode: 0 })
  const [backup] = await listBackups(dataFolder.backups(data))
  damages['its control file']!(pgdataOf(dataFolder.database(data)))
  const refused = start(data)
  await refused.exit()
  const named = /hearth -- (restore \S+ --replace --data \S+)\. /.exec(refused.output)?.[1]?.split(' ') ?? []
  expect(named[1]).toBe(join(dataFolder.backups(data), backup!.name))
  expect(await hearth(named)).toMatchObject({ exitCode: 0 })
  const again = start(data)
  try {
    await again.url()
  } finally {
    await again.stop()
  }
})
