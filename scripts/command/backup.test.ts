import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { readBackupStatus } from '../../coordinator/db/backup/backup-status.ts'
import { checkBackup } from '../../coordinator/db/backup/check-backup.ts'
import { dataFolder, pgdataOf } from '../../coordinator/db/backup/data-folder.ts'
import { openEmbeddedSession } from '../../coordinator/db/backup/embedded-session.ts'
import { listBackups } from '../../coordinator/db/backup/list-backups.ts'
import { restoreBackup } from '../../coordinator/db/backup/restore-backup.ts'
import { type FilledDatabase, filledDatabase } from '../../coordinator/db/backup/testing/filled-database.ts'
import { HearthCommand } from './testing/hearth-command.ts'

// New databases are made in seconds on a free machine, and in many on one that runs all tests at once.
vi.setConfig({ testTimeout: 180_000 })

const KILLS = 6
const onProgress = () => {}

let filled: FilledDatabase
let data = ''
let base = ''
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'hearth-command-'))
  filled = await filledDatabase('embedded')
  if (!('data' in filled.location)) throw new Error('Not embedded')
  data = filled.location.data
})
afterAll(async () => {
  await filled[Symbol.asyncDispose]()
  await rm(base, { recursive: true, force: true })
})

test('a backup of a running Hearth says what it is, and its status is written down', async () => {
  const { exitCode, said, report } = await HearthCommand.run(['backup', '--data', data, '--json'])
  expect(exitCode, said).toBe(0)
  const { path, rows, tables } = JSON.parse(report)
  expect(said).toMatch(/restored and compared in/)
  expect(await readBackupStatus(dataFolder.backups(data))).toMatchObject({
    lastSuccess: { kind: 'manual', path, rows },
    lastFailure: null,
  })
  const shown = await HearthCommand.run(['database', '--data', data])
  expect(shown.said).toContain(path)
  expect((await checkBackup(path, onProgress)).footer.tables).toHaveLength(tables)
})

test('kill -9 at any moment leaves the backup before it, and nothing that is not cleared away', async () => {
  const backups = dataFolder.backups(data)
  const before = await listBackups(backups)
  expect(before.length).toBeGreaterThan(0)
  for (let kills = 0; kills < KILLS; kills += 1) {
    const command = new HearthCommand(['backup', '--data', data])
    const end = command.end()
    // From its first file on, over all that a backup goes through.
    await expect
      .poll(async () => (await readdir(backups)).some((name) => name.startsWith('scratch-')), {
        interval: 5,
        timeout: 60_000,
      })
      .toBe(true)
    await sleep(Math.random() * 2_500)
    command.child.kill('SIGKILL')
    await end
    for (const { name } of before) await checkBackup(join(backups, name), onProgress)
    for (const { name } of await listBackups(backups)) await checkBackup(join(backups, name), onProgress)
  }
  const { exitCode, said } = await HearthCommand.run(['backup', '--data', data])
  expect(exitCode, said).toBe(0)
  expect((await readdir(backups)).filter((name) => /scratch|partial/.test(name))).toEqual([])
  expect((await listBackups(backups)).slice(0, before.length)).toEqual(before)
})

test('what is written meanwhile is in the backup up to one moment', async () => {
  // Accounts serve as purses, because only tables of Hearth's are restored.
  await sql`insert into account (name, password_hash, role)
    select 'purse ' || n, '1000', 'user' from generate_series(1, 20) n`.execute(filled.db)
  let transfers = 0
  const done = new AbortController()
  const writing = (async () => {
    while (!done.signal.aborted) {
      await filled.db.transaction().execute(async (tx) => {
        const [from, to] = [1 + (transfers % 20), 1 + ((transfers * 7 + 3) % 20)]
        await sql`update account set password_hash = (password_hash::int - 1)::text where name = ${`purse ${from}`}`.execute(
          tx,
        )
        await sql`update account set password_hash = (password_hash::int + 1)::text where name = ${`purse ${to}`}`.execute(
          tx,
        )
        await sql`insert into account (name, password_hash, role)
          values (${`transfer ${transfers + 1}`}, 'x', 'user')`.execute(tx)
      })
      transfers += 1
    }
  })()
  try {
    const before = transfers
    const { exitCode, report, said } = await HearthCommand.run(['backup', '--data', data, '--json'])
    expect(exitCode, said).toBe(0)
    const after = transfers
    const restored = { data: join(base, 'restored') }
    const path = JSON.parse(report).path
    await restoreBackup({ path, into: restored, replace: false, migrateOn: true, onProgress })
    const session = await openEmbeddedSession(pgdataOf(dataFolder.database(restored.data)))
    const [purses] = await session.query<{ sum: number }>(
      "select sum(password_hash::int)::int as sum from account where name like 'purse %'",
    )
    const [made] = await session.query<{ count: number; last: number }>(
      "select count(*)::int as count, max(substr(name, 10)::int) as last from account where name like 'transfer %'",
    )
    await session.close()
    expect(purses!.sum).toBe(20_000)
    expect(made!.count).toBe(made!.last)
    expect(made!.last).toBeGreaterThanOrEqual(before)
    expect(made!.last).toBeLessThanOrEqual(after)
    expect(after).toBeGreaterThan(before + 10)
  } finally {
    done.abort()
    await writing
  }
})
