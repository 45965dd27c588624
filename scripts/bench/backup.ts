import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { testEnvironment } from '../../config/test-environment.ts'
import { dataFolder, pgdataOf } from '../../coordinator/db/backup/data-folder.ts'
import { openEmbeddedSession } from '../../coordinator/db/backup/embedded-session.ts'
import { sizeOfTree } from '../../coordinator/db/backup/free-space.ts'
import { makeBackup } from '../../coordinator/db/backup/make-backup.ts'
import type { DatabaseLocation } from '../../coordinator/db/backup/open-source.ts'
import { restoreBackup } from '../../coordinator/db/backup/restore-backup.ts'
import { migrate } from '../../coordinator/db/migrate.ts'
import { formatResult } from './bench-line.ts'
import { describeMachine } from './machine.ts'
import { fillWithAssets } from './many-assets.ts'

const RESTORE_GOAL_S = 120
const onProgress = () => {}

/**
 * `npm run bench -- backup [--assets N]`: R36, a backup of a library and its restore, on the embedded database and,
 * when `TEST_DATABASE_URL` names a server, there.
 */
export async function benchBackup(parameters: string[]): Promise<void> {
  const { values } = parseArgs({
    args: parameters,
    options: { assets: { type: 'string', default: '100000' } },
  })
  const assets = Number(values.assets)
  console.log(describeMachine())
  const folder = await mkdtemp(join(tmpdir(), 'hearth-bench-'))
  try {
    await benchAll(folder, assets)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function benchAll(folder: string, assets: number): Promise<void> {
  const data = join(folder, 'data')
  await fill(data, assets)
  const databaseMb = (await sizeOfTree(dataFolder.database(data))) / 1e6
  say('database, embedded', databaseMb, 'MB')
  await benchBackupOf({ data }, folder, 'embedded')
  const path = join(folder, 'embedded')
  const peakMb = () => process.resourceUsage().maxRSS / 1e3
  say('peak memory of backups', peakMb(), 'MB')

  const restored = await restoreBackup({ path, into: { data: join(folder, 'restored') }, ...restoreOptions })
  say('restore, embedded', restored.seconds, 's', `< ${RESTORE_GOAL_S}`)
  if (testEnvironment.databaseUrl) {
    await onServer(testEnvironment.databaseUrl, async (url) => {
      const { seconds } = await restoreBackup({ path, into: { url }, ...restoreOptions })
      say('restore, server', seconds, 's', `< ${RESTORE_GOAL_S}`)
      await benchBackupOf({ url }, folder, 'server')
    })
  }
  say('peak memory of all', peakMb(), 'MB')
}

const restoreOptions = { replace: false, migrateOn: true, onProgress }

async function benchBackupOf(location: DatabaseLocation, folder: string, name: string): Promise<void> {
  const report = await makeBackup({ location, path: join(folder, name), scratchParent: folder, onProgress })
  say(`backup with proof, ${name}`, report.seconds, 's')
  say(`backup file, ${name}`, report.sizeBytes / 1e6, 'MB')
  say(`rows, ${name}`, report.rows, 'rows')
}

async function fill(data: string, assets: number): Promise<void> {
  await mkdir(dataFolder.database(data), { recursive: true })
  const session = await openEmbeddedSession(pgdataOf(dataFolder.database(data)))
  await migrate(session.db)
  await fillWithAssets(session.db, assets)
  await session.query('vacuum analyze')
  await session.query('checkpoint')
  await session.close()
}

async function onServer(serverUrl: string, work: (url: string) => Promise<void>): Promise<void> {
  const name = `hearth_bench_${randomBytes(6).toString('hex')}`
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  try {
    await client.query(`create database ${name}`)
    const url = new URL(serverUrl)
    url.pathname = `/${name}`
    await work(url.href)
  } finally {
    await client.query(`drop database if exists ${name} with (force)`)
    await client.end()
  }
}

function say(metric: string, value: number, unit: string, goal?: string): void {
  console.log(formatResult({ bench: 'R36', metric, value, unit, ...(goal ? { goal } : {}) }))
}
