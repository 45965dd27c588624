import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { childEnvironment, testEnvironment } from '../../config/test-environment.ts'
import { type Database, type DatabaseAddress, openDatabase } from '../../coordinator/db/database.ts'
import { migrate, migrations } from '../../coordinator/db/migrate.ts'
import { bareDatabase } from '../../coordinator/db/testing/fresh-database.ts'
import { FaultRun, sizes, TEST_LIMIT_MS } from './testing/fault-run.ts'
import { describeSchema, insertOldRows, makeOldSchema, readOldRows } from './testing/old-schema.ts'
import { RigProcess } from './testing/rig-process.ts'

const program = join(import.meta.dirname, 'testing', 'migrate-process.ts')
const { onServer, onEmbedded } = sizes.migrationKilled
const steps = Object.keys(migrations).length

let undisturbed: { schema: unknown; rows: unknown }

beforeAll(async () => {
  await using fresh = await bareDatabase(testEnvironment.databaseUrl ? 'server' : 'embedded')
  await migrate(fresh.db)
  await insertOldRows(fresh.db)
  undisturbed = { schema: await describeSchema(fresh.db), rows: await readOldRows(fresh.db) }
})

test('R37 on a server: a migration that is killed at any moment has happened or has not', {
  timeout: TEST_LIMIT_MS,
  skip: !testEnvironment.databaseUrl,
}, async () => {
  const run = new FaultRun('R37 migration killed, server database')
  const counts = { 'before its end': 0, 'after its end': 0 }
  for (let kill = 0; kill < onServer; kill += 1) {
    await using database = await bareDatabase('server')
    await killMidway(run, kill, database, counts)
    await expectWhole(database.db)
  }
  run.report({ kills: onServer, ...counts })
})

test('R37 on the embedded database: so has one whose database is killed with it', {
  timeout: TEST_LIMIT_MS,
}, async () => {
  const run = new FaultRun('R37 migration killed, embedded database')
  const counts = { 'before its end': 0, 'after its end': 0 }
  for (let kill = 0; kill < onEmbedded; kill += 1) {
    const folder = mkdtempSync(join(tmpdir(), 'hearth-r37-'))
    const address = { socketFolder: folder }
    const database = new RigProcess({
      name: 'database',
      script: 'coordinator/db/embedded/main.ts',
      config: () => ({ folder: join(folder, 'database'), ...address, logLevel: 'error' }),
    })
    try {
      await database.start()
      await using before = opened(address)
      await killMidway(run, kill, { db: before.db, address }, counts, () => database.kill())
      await database.start()
      await using after = opened(address)
      await expectWhole(after.db)
    } finally {
      await database.kill()
      rmSync(folder, { recursive: true, force: true })
    }
  }
  run.report({ kills: onEmbedded, ...counts })
})

function opened(address: DatabaseAddress) {
  const db = openDatabase(address)
  return { db, [Symbol.asyncDispose]: () => db.destroy() }
}

/** Migrates from each older schema in turn, and is killed between the first statement and a little after the last. */
async function killMidway(
  run: FaultRun,
  kill: number,
  { db, address }: { db: Database; address: DatabaseAddress },
  counts: { 'before its end': number; 'after its end': number },
  killDatabase?: () => Promise<void>,
): Promise<void> {
  await makeOldSchema(db, 1 + (kill % (steps - 1)))
  const child = fork(program, [], {
    env: childEnvironment({ HEARTH_CONFIG: JSON.stringify({ database: address }), NODE_OPTIONS: undefined }),
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', killDatabase ? 'ignore' : 'inherit', 'ipc'],
  })
  const exit = once(child, 'exit')
  let hasEnded = false
  const [first] = await once(child, 'message')
  expect(first).toBe('begins')
  child.once('message', () => {
    hasEnded = true
  })
  await sleep(run.between(0, 120))
  child.kill('SIGKILL')
  await killDatabase?.()
  await exit
  counts[hasEnded ? 'after its end' : 'before its end'] += 1
}

/** The next start brings it to the end, with everything that was there. */
async function expectWhole(db: Database): Promise<void> {
  await migrate(db)
  await expect(describeSchema(db)).resolves.toEqual(undisturbed.schema)
  await expect(readOldRows(db)).resolves.toEqual(undisturbed.rows)
}
