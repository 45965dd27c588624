import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { ScanChunk } from '../../protocol/scan.ts'
import { freshDatabase } from '../db/testing/fresh-database.ts'
import { VaultActor } from '../testing/vault-actor.ts'
import { enqueueScan } from './enqueue-scan.ts'

test('a part that failed half-way and is sent again makes no file missing', async () => {
  await using fresh = await freshDatabase()
  const vault = await VaultActor.create(fresh.db)
  const content = (name: string) => ({ content: name })
  vault.tree = { a: { '1.jpg': content('1'), '2.jpg': content('2'), '3.jpg': content('3') }, b: {} }
  await vault.scanAndIngest()

  await enqueueScan(fresh.db, vault.libraryId, { acceptMissing: false })
  const [lease] = await vault.lease('scan', 1)
  const file = (name: string) => ({ name, sizeBytes: 1, mtimeUs: 1_700_000_000_000_000 })
  const digest = 'AAAAAAAAAAAAAAAAAAAAAA'
  const send = (seq: number, chunk: ScanChunk) =>
    vault.types.get('library.scan')!.takeChunk!(fresh.db, vault.agentId, lease!, seq, chunk)
  await send(0, {
    type: 'folders',
    folders: [
      { path: 'a', digest, files: 3 },
      { path: 'b', digest, files: 1 },
    ],
  })
  await send(1, {
    type: 'files',
    folders: [{ path: 'a', digest, files: [file('1.jpg'), file('2.jpg')], last: false }],
  })
  const part: ScanChunk = {
    type: 'files',
    folders: [
      { path: 'a', digest, files: [file('3.jpg')], last: true },
      { path: 'b', digest, files: [file('4.jpg')], last: true },
    ],
  }
  await sql`alter table asset_file add constraint broken check (name <> '4.jpg')`.execute(fresh.db)
  await expect(send(2, part)).rejects.toThrow(/broken/)
  await sql`alter table asset_file drop constraint broken`.execute(fresh.db)
  await send(2, part)
  await vault
    .complete(lease!, { outcome: 'complete', folders: 2, files: 4, skipped: {}, unreadable: [] })
    .catch(() => {})

  const missing = await fresh.db
    .selectFrom('asset_file')
    .select('name')
    .where('state', '=', 'missing')
    .execute()
  expect(missing).toEqual([])
})
