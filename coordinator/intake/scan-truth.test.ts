import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { testEnvironment } from '../../config/test-environment.ts'
import type { Database } from '../db/database.ts'
import { openDatabase } from '../db/database.ts'
import { freshDatabase } from '../db/testing/fresh-database.ts'
import { VaultActor } from '../testing/vault-actor.ts'
import { enqueueReading } from './enqueue-ingest.ts'

async function statesByName(db: Database): Promise<Record<string, string>> {
  const files = await db.selectFrom('asset_file').select(['name', 'state']).execute()
  return Object.fromEntries(files.map((file) => [file.name.toString(), file.state]))
}

test('a file whose facts could not be read is unknown, not missing', async () => {
  await using fresh = await freshDatabase()
  const vault = await VaultActor.create(fresh.db)
  vault.tree = { x: { 'a.jpg': { content: 'a' }, 'b.jpg': { content: 'b' }, 'c.jpg': { content: 'c' } } }
  await vault.scanAndIngest()

  vault.tree = { x: { 'a.jpg': { content: 'a' } } }
  vault.unreadable = ['x/b.jpg']
  await vault.scan()

  expect(await statesByName(fresh.db)).toEqual({
    'a.jpg': 'ingested',
    'b.jpg': 'ingested',
    'c.jpg': 'missing',
  })
})

test('a file that has changed since the scan is read once more, not for ever', async () => {
  await using fresh = await freshDatabase()
  const vault = await VaultActor.create(fresh.db)
  vault.tree = { '': { 'a.jpg': { content: 'half' } } }
  await vault.scan()
  vault.tree[''] = { 'a.jpg': { content: 'the whole file', mtimeUs: 1_800_000_000_000_000 } }

  for (let round = 0; round < 10; round += 1) {
    for (const lease of await vault.lease('ingest', 5)) {
      await vault.complete(lease, vault.readFile(lease.input as Parameters<typeof vault.readFile>[0]))
    }
  }

  expect(vault.read.length).toBeLessThanOrEqual(2)
  expect(await statesByName(fresh.db)).toEqual({ 'a.jpg': 'ingested' })
  await vault.scanAndIngest()
  expect(vault.read.length).toBeLessThanOrEqual(2)
})

test.skipIf(!testEnvironment.databaseUrl)(
  'a file that returns while its old job is leased is read',
  async () => {
    await using fresh = await freshDatabase('server')
    const other = openDatabase(fresh.address)
    try {
      const vault = await VaultActor.create(fresh.db)
      vault.tree = { '': { 'a.jpg': { content: 'a' } } }
      await vault.scan()
      await fresh.db.updateTable('asset_file').set({ state: 'missing' }).execute()

      // A scan that has found the file again and is not yet done with its folder.
      let leasing: ReturnType<typeof vault.lease> | undefined
      await other.transaction().execute(async (tx) => {
        await sql`select 1 from folder for update`.execute(tx)
        const { id } = await tx
          .updateTable('asset_file')
          .set({ state: 'found' })
          .returning('id')
          .executeTakeFirstOrThrow()
        await enqueueReading(tx, [{ id, libraryId: vault.libraryId, mtimeUs: 0 }])
        leasing = vault.lease('ingest', 1)
        await Promise.race([leasing, untilSomebodyWaits(fresh.db)])
      })
      const leases = [...((await leasing) ?? []), ...(await vault.lease('ingest', 1))]

      expect(leases).toHaveLength(1)
    } finally {
      await other.destroy()
    }
  },
)

async function untilSomebodyWaits(db: Database): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const { rows } = await sql`select 1 from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(db)
    if (rows.length > 0) return
    await sleep(20)
  }
}

test('a JPEG whose RAW has gone is the original', async () => {
  await using fresh = await freshDatabase()
  const vault = await VaultActor.create(fresh.db)
  vault.tree = { '': { 'a.cr2': { content: 'raw' }, 'a.jpg': { content: 'jpeg' } } }
  await vault.scanAndIngest()

  vault.tree = { '': { 'a.jpg': { content: 'jpeg' } } }
  await vault.scanAndIngest()

  const jpeg = await fresh.db
    .selectFrom('asset_file')
    .select('role')
    .where('name', '=', Buffer.from('a.jpg'))
    .executeTakeFirstOrThrow()
  expect(jpeg.role).toBe('original')
})

test('a scan that is tried again leaves each skipped path listed once', async () => {
  await using fresh = await freshDatabase()
  const vault = await VaultActor.create(fresh.db)
  vault.tree = { '': { 'a.jpg': { content: 'a' } } }
  const { enqueueScan } = await import('./enqueue-scan.ts')
  const { releaseJobs } = await import('../jobs/return-jobs.ts')
  await enqueueScan(fresh.db, vault.libraryId, { acceptMissing: false })
  const skipped = { type: 'skipped' as const, skipped: [{ path: '.hidden', reason: 'hidden' as const }] }

  const take = vault.types.get('library.scan')!.takeChunk!
  const [first] = await vault.lease('scan', 1)
  await take(fresh.db, vault.agentId, first!, 0, skipped)
  await releaseJobs(fresh.db, vault.agentId, [first!], 'test')
  const [second] = await vault.lease('scan', 1)
  await take(fresh.db, vault.agentId, second!, 100, skipped)
  await vault.runScan(second!)

  expect(await fresh.db.selectFrom('scan_skipped').select('path').execute()).toHaveLength(1)
})
