import { expect, test } from 'vitest'
import type { IngestInput } from '../../protocol/ingest.ts'
import type { Database } from '../db/database.ts'
import { freshDatabase } from '../db/testing/fresh-database.ts'
import { type Tree, VaultActor } from '../testing/vault-actor.ts'
import { enqueueScan } from './enqueue-scan.ts'

/** The asset of each file on the disk, by the file's path. */
async function assetsByPath(db: Database): Promise<Record<string, number | null>> {
  const files = await db
    .selectFrom('asset_file as file')
    .innerJoin('folder', 'folder.id', 'file.folder_id')
    .select(['folder.path', 'file.name', 'file.asset_id'])
    .where('file.state', '<>', 'missing')
    .execute()
  return Object.fromEntries(
    files.map((file) => [[file.path, file.name].map(String).filter(Boolean).join('/'), file.asset_id]),
  )
}

async function vaultWith(db: Database, tree: Tree): Promise<VaultActor> {
  const vault = await VaultActor.create(db)
  vault.tree = tree
  await vault.scanAndIngest()
  return vault
}

/** Reads files one after the other, so that each reading sees what the one before it has moved. */
async function readAll(vault: VaultActor): Promise<void> {
  for (;;) {
    const [lease] = await vault.lease('ingest', 1)
    if (!lease) return
    await vault.complete(lease, vault.readFile(lease.input as IngestInput))
  }
}

/** A scan during which every file is read before the scan ends. */
async function scanReadingFirst(vault: VaultActor): Promise<void> {
  await enqueueScan(vault.db, vault.libraryId, { acceptMissing: false })
  const [lease] = await vault.lease('scan', 1)
  const complete = vault.complete.bind(vault)
  vault.complete = async (of, result) => {
    if (of === lease) await readAll(vault)
    return complete(of, result)
  }
  await vault.runScan(lease!)
  vault.complete = complete
  await readAll(vault)
}

const scanAndRead = {
  'scan ends first': async (vault: VaultActor) => {
    await vault.scan()
    await readAll(vault)
  },
  'reading ends first': scanReadingFirst,
}
const orders = Object.entries(scanAndRead)

test.for(orders)(
  'deleting one of two copies leaves the other the asset that it was (%s)',
  async ([, run]) => {
    await using fresh = await freshDatabase()
    const vault = await vaultWith(fresh.db, {
      '': { 'a.jpg': { content: 'same' }, 'b.jpg': { content: 'same' } },
    })
    const before = await assetsByPath(fresh.db)

    vault.tree = { '': { 'b.jpg': { content: 'same' } } }
    await run(vault)

    expect(await assetsByPath(fresh.db)).toEqual({ 'b.jpg': before['b.jpg'] })
    const first = await fresh.db
      .selectFrom('asset')
      .select(['id', 'state'])
      .where('id', '=', before['a.jpg']!)
      .execute()
    expect(first).toEqual([{ id: before['a.jpg'], state: 'missing' }])
  },
)

test.for(orders)('two copies that move together each keep their own asset (%s)', async ([, run]) => {
  await using fresh = await freshDatabase()
  const copies = { 'a.jpg': { content: 'same' }, 'b.jpg': { content: 'same' } }
  const vault = await vaultWith(fresh.db, { old: copies, '': { 'c.jpg': { content: 'other' } } })
  const before = await assetsByPath(fresh.db)

  // The later name is listed first, so that the order of arrival does not decide.
  vault.tree = {
    '': { 'c.jpg': { content: 'other' } },
    new: { 'b.jpg': copies['b.jpg'], 'a.jpg': copies['a.jpg'] },
  }
  await run(vault)

  expect(await assetsByPath(fresh.db)).toEqual({
    'c.jpg': before['c.jpg'],
    'new/a.jpg': before['old/a.jpg'],
    'new/b.jpg': before['old/b.jpg'],
  })
})

test('a new picture does not become a deleted one because their sidecars are alike', async () => {
  await using fresh = await freshDatabase()
  const sidecar = { content: 'the same settings' }
  const vault = await vaultWith(fresh.db, {
    '': { 'a.jpg': { content: 'a' }, 'a.xmp': sidecar, 'keep.jpg': { content: 'keep' } },
  })
  const before = await assetsByPath(fresh.db)

  vault.tree = { '': { 'keep.jpg': { content: 'keep' } } }
  await vault.scanAndIngest()
  vault.tree = { '': { 'keep.jpg': { content: 'keep' }, 'b.jpg': { content: 'b' }, 'b.xmp': sidecar } }
  await vault.scanAndIngest()

  const after = await assetsByPath(fresh.db)
  expect(after['b.jpg']).not.toBe(before['a.jpg'])
  expect(after['b.xmp']).toBe(after['b.jpg'])
})

test('an empty file does not take the place of another empty file that is missing', async () => {
  await using fresh = await freshDatabase()
  const vault = await vaultWith(fresh.db, {
    '': { 'a.jpg': { content: '' }, 'keep.jpg': { content: 'keep' } },
  })
  const before = await assetsByPath(fresh.db)

  vault.tree = { '': { 'keep.jpg': { content: 'keep' } } }
  await vault.scanAndIngest()
  vault.tree = { '': { 'keep.jpg': { content: 'keep' }, 'b.jpg': { content: '' } } }
  await vault.scanAndIngest()

  expect((await assetsByPath(fresh.db))['b.jpg']).not.toBe(before['a.jpg'])
})

test('what a moved file was moved over is missing, not forgotten', async () => {
  await using fresh = await freshDatabase()
  const vault = await vaultWith(fresh.db, { '': { 'a.jpg': { content: 'a' }, 'b.jpg': { content: 'bb' } } })
  const before = await assetsByPath(fresh.db)

  vault.tree = { '': { 'b.jpg': { content: 'a' } } }
  await vault.scanAndIngest()

  expect(await assetsByPath(fresh.db)).toEqual({ 'b.jpg': before['a.jpg'] })
  const covered = await fresh.db
    .selectFrom('asset')
    .select('state')
    .where('id', '=', before['b.jpg']!)
    .execute()
  expect(covered).toEqual([{ state: 'missing' }])
})

test.for(orders)('files whose names move up by one keep their assets (%s)', async ([, run]) => {
  await using fresh = await freshDatabase()
  const vault = await vaultWith(fresh.db, {
    '': { '1.jpg': { content: '1' }, '2.jpg': { content: '22' }, '3.jpg': { content: '333' } },
  })
  const before = await assetsByPath(fresh.db)

  vault.tree = { '': { '2.jpg': { content: '1' }, '3.jpg': { content: '22' }, '4.jpg': { content: '333' } } }
  await run(vault)

  expect(await assetsByPath(fresh.db)).toEqual({
    '2.jpg': before['1.jpg'],
    '3.jpg': before['2.jpg'],
    '4.jpg': before['3.jpg'],
  })
})

test('two files that swap names keep their assets', async () => {
  await using fresh = await freshDatabase()
  const vault = await vaultWith(fresh.db, { '': { 'a.jpg': { content: 'a' }, 'b.jpg': { content: 'bb' } } })
  const before = await assetsByPath(fresh.db)

  vault.tree = { '': { 'a.jpg': { content: 'bb' }, 'b.jpg': { content: 'a' } } }
  await vault.scan()
  await readAll(vault)

  expect(await assetsByPath(fresh.db)).toEqual({ 'a.jpg': before['b.jpg'], 'b.jpg': before['a.jpg'] })
})
