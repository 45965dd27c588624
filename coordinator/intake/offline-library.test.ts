import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { freshDatabase } from '../db/testing/fresh-database.ts'
import { failJob } from '../jobs/fail-job.ts'
import { VaultActor } from '../testing/vault-actor.ts'
import { scanOfflineLibraries } from './scan-offline-libraries.ts'

const away = { code: 'library_offline', message: '/pictures is not mounted' } as const

test('a disk that goes away while files are read kills no job: they wait until a scan finds it again', async () => {
  await using fresh = await freshDatabase()
  const vault = await VaultActor.create(fresh.db)
  vault.tree = { '': { 'a.jpg': { content: 'a' }, 'b.jpg': { content: 'b' }, 'c.jpg': { content: 'c' } } }
  await vault.scan()

  const [first, second] = await vault.lease('ingest', 2)
  for (const lease of [first!, second!]) await failJob(fresh.db, vault.types, vault.agentId, lease, away)

  const library = await fresh.db.selectFrom('library').selectAll().executeTakeFirstOrThrow()
  expect(library).toMatchObject({ state: 'offline', state_reason: away.message })
  expect(await vault.lease('ingest', 5)).toEqual([])
  const jobs = await fresh.db
    .selectFrom('job')
    .select(['state', 'attempt'])
    .where('kind', '=', 'file.ingest')
    .execute()
  expect(jobs).toEqual(Array(3).fill({ state: 'queued', attempt: 0 }))

  const [scan] = await vault.lease('scan', 1)
  await vault.runScan(scan!)
  expect(await vault.lease('ingest', 5)).toHaveLength(3)
})

test('a library that is offline is looked at again from time to time', async () => {
  await using fresh = await freshDatabase()
  const vault = await VaultActor.create(fresh.db)
  await fresh.db.updateTable('library').set({ state: 'offline', last_scan_at: new Date() }).execute()
  expect(await scanOfflineLibraries(fresh.db)).toBe(0)

  await sql`update library set last_scan_at = now() - interval '1 hour'`.execute(fresh.db)
  expect(await scanOfflineLibraries(fresh.db)).toBe(1)
  expect(await scanOfflineLibraries(fresh.db)).toBe(0)
  expect(await vault.lease('scan', 1)).toHaveLength(1)
})
