import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ScanChunk } from '../../protocol/scan.ts'
import type { Database } from '../db/database.ts'
import { freshDatabase } from '../db/testing/fresh-database.ts'
import { createJobTypes } from '../job-types.ts'
import { type Tree, VaultActor } from '../testing/vault-actor.ts'

/** Everything a person could see of the catalogue, without ids and times of its making. */
async function snapshot(db: Database) {
  const assets = await db
    .selectFrom('asset')
    .leftJoin('asset_file as cover', 'cover.id', 'asset.cover_file_id')
    .select(['asset.name', 'asset.kind', 'asset.state', 'asset.bucket', 'asset.has_raw', 'asset.version'])
    .select((eb) => [eb.ref('cover.name').as('cover')])
    .orderBy('asset.name')
    .orderBy('asset.version')
    .execute()
  const files = await db
    .selectFrom('asset_file as file')
    .innerJoin('folder', 'folder.id', 'file.folder_id')
    .leftJoin('asset', 'asset.id', 'file.asset_id')
    .select([
      'folder.path',
      'file.name',
      'file.role',
      'file.state',
      'file.content_hash',
      'asset.name as asset',
    ])
    .orderBy('folder.path')
    .orderBy('file.name')
    .execute()
  return { assets, files }
}

async function assetIdOf(db: Database, name: string): Promise<number | null> {
  const file = await db
    .selectFrom('asset_file')
    .select('asset_id')
    .where('name', '=', Buffer.from(name))
    .where('state', '<>', 'missing')
    .executeTakeFirstOrThrow()
  return file.asset_id
}

test('a RAW, its JPEG and its sidecar become one asset with the camera’s picture as cover', async () => {
  await using fresh = await freshDatabase()
  const vault = await VaultActor.create(fresh.db)
  vault.tree = {
    trip: { 'a.CR2': { content: 'raw' }, 'a.JPG': { content: 'jpeg' }, 'a.xmp': { content: 'x' } },
  }
  await vault.scanAndIngest()

  const { assets, files } = await snapshot(fresh.db)
  expect(assets).toHaveLength(1)
  expect(assets[0]).toMatchObject({ kind: 'image', state: 'ready', has_raw: true })
  expect(assets[0]?.cover?.toString()).toBe('a.JPG')
  expect(files.map((file) => file.role)).toEqual(['original', 'cover', 'sidecar'])
})

test('a second scan of an unchanged tree asks for nothing and writes no row', async () => {
  await using fresh = await freshDatabase()
  const vault = await VaultActor.create(fresh.db)
  vault.tree = { '': { 'a.jpg': { content: 'a' } }, b: { 'b.jpg': { content: 'b' } } }
  await vault.scanAndIngest()
  const before = await fresh.db.selectFrom('asset_file').selectAll().orderBy('id').execute()
  vault.read.length = 0

  await vault.scanAndIngest()

  expect(vault.read).toEqual([])
  expect(await fresh.db.selectFrom('asset_file').selectAll().orderBy('id').execute()).toEqual(before)
  const scan = await fresh.db.selectFrom('scan').selectAll().orderBy('id', 'desc').executeTakeFirstOrThrow()
  expect(scan).toMatchObject({ state: 'complete', added: 0, changed: 0, missing: 0, moved: 0 })
})

test('a changed file is read again and keeps its asset', async () => {
  await using fresh = await freshDatabase()
  const vault = await VaultActor.create(fresh.db)
  vault.tree = { '': { 'a.jpg': { content: 'old' }, 'b.jpg': { content: 'b' } } }
  await vault.scanAndIngest()
  const id = await assetIdOf(fresh.db, 'a.jpg')
  vault.read.length = 0

  vault.tree['']!['a.jpg'] = { content: 'newer' }
  await vault.scanAndIngest()

  expect(vault.read).toEqual(['a.jpg'])
  expect(await assetIdOf(fresh.db, 'a.jpg')).toBe(id)
})

test('a file that goes is missing, keeps everything, and is back without being read when it returns', async () => {
  await using fresh = await freshDatabase()
  const vault = await VaultActor.create(fresh.db)
  vault.tree = { '': { 'a.jpg': { content: 'a' }, 'b.jpg': { content: 'b' } } }
  await vault.scanAndIngest()
  const id = await assetIdOf(fresh.db, 'a.jpg')
  const { 'a.jpg': gone, ...rest } = vault.tree['']!

  vault.tree[''] = rest
  await vault.scanAndIngest()
  const asset = await fresh.db.selectFrom('asset').selectAll().where('id', '=', id!).executeTakeFirstOrThrow()
  expect(asset.state).toBe('missing')

  vault.read.length = 0
  vault.tree[''] = { ...rest, 'a.jpg': gone! }
  await vault.scanAndIngest()
  expect(vault.read).toEqual([])
  expect(await assetIdOf(fresh.db, 'a.jpg')).toBe(id)
  const back = await fresh.db.selectFrom('asset').selectAll().where('id', '=', id!).executeTakeFirstOrThrow()
  expect(back.state).toBe('ready')
})

test.for(['scan ends first', 'reading ends first'])('a moved file keeps its asset (%s)', async (order) => {
  await using fresh = await freshDatabase()
  const vault = await VaultActor.create(fresh.db)
  vault.tree = { old: { 'a.jpg': { content: 'a' }, 'b.jpg': { content: 'b' } } }
  await vault.scanAndIngest()
  const id = await assetIdOf(fresh.db, 'a.jpg')

  vault.tree = { old: { 'b.jpg': { content: 'b' } }, new: { 'renamed.jpg': { content: 'a' } } }
  if (order === 'scan ends first') {
    await vault.scanAndIngest()
  } else {
    // The scan reports the new file, which is read before the scan comes to its end.
    const { enqueueScan } = await import('./enqueue-scan.ts')
    await enqueueScan(fresh.db, vault.libraryId, { acceptMissing: false })
    const [lease] = await vault.lease('scan', 1)
    const complete = vault.complete.bind(vault)
    vault.complete = async (of, result) => {
      if (of === lease) await vault.ingestAll()
      return complete(of, result)
    }
    await vault.runScan(lease!)
  }

  expect(await assetIdOf(fresh.db, 'renamed.jpg')).toBe(id)
  const { assets, files } = await snapshot(fresh.db)
  expect(assets.map((asset) => [asset.name, asset.state])).toEqual([
    ['b.jpg', 'ready'],
    ['renamed.jpg', 'ready'],
  ])
  expect(files.map((file) => `${file.path}/${file.name}`)).toEqual(['new/renamed.jpg', 'old/b.jpg'])
})

test('a moved RAW and JPEG stay one asset when they move one after the other', async () => {
  await using fresh = await freshDatabase()
  const vault = await VaultActor.create(fresh.db)
  const raw = { content: 'raw' }
  const jpeg = { content: 'jpeg' }
  vault.tree = { old: { 'a.cr2': raw, 'a.jpg': jpeg } }
  await vault.scanAndIngest()
  const id = await assetIdOf(fresh.db, 'a.cr2')

  vault.tree = { old: { 'a.cr2': raw }, new: { 'a.jpg': jpeg } }
  await vault.scanAndIngest()
  vault.tree = { old: {}, new: { 'a.cr2': raw, 'a.jpg': jpeg } }
  await vault.scanAndIngest()

  expect(await assetIdOf(fresh.db, 'a.cr2')).toBe(id)
  expect(await assetIdOf(fresh.db, 'a.jpg')).toBe(id)
  expect((await snapshot(fresh.db)).assets).toHaveLength(1)
})

test('an emptied root makes the library offline and nothing missing', async () => {
  await using fresh = await freshDatabase()
  const vault = await VaultActor.create(fresh.db)
  vault.tree = { '': { 'a.jpg': { content: 'a' } }, b: { 'b.jpg': { content: 'b' } } }
  await vault.scanAndIngest()

  vault.tree = { '': {} }
  await vault.scan()

  const library = await fresh.db.selectFrom('library').selectAll().executeTakeFirstOrThrow()
  expect(library.state).toBe('offline')
  expect((await snapshot(fresh.db)).files.map((file) => file.state)).toEqual(['ingested', 'ingested'])
})

test('a suspicious shrink is held until a person accepts it', async () => {
  await using fresh = await freshDatabase()
  const vault = await VaultActor.create(fresh.db)
  const many = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`${i}.jpg`, { content: `c${i}` }]))
  vault.tree = { keep: { 'a.jpg': { content: 'a' } }, many }
  await vault.scanAndIngest()

  vault.tree = { keep: vault.tree.keep! }
  await vault.scan()
  const held = await fresh.db.selectFrom('library').selectAll().executeTakeFirstOrThrow()
  expect(held.state).toBe('held')
  expect(new Set((await snapshot(fresh.db)).files.map((file) => file.state))).toEqual(new Set(['ingested']))

  await vault.scan({ acceptMissing: true })
  const states = (await snapshot(fresh.db)).files.map((file) => file.state)
  expect(states.filter((state) => state === 'missing')).toHaveLength(120)
})

test('moving a large folder is not a suspicious shrink and reads every file once', async () => {
  await using fresh = await freshDatabase()
  const vault = await VaultActor.create(fresh.db)
  const many = Object.fromEntries(
    Array.from({ length: 80 }, (_, i) => [`${i}.jpg`, { content: `content ${i}`, mtimeUs: i }]),
  )
  vault.tree = { '2023': many }
  await vault.scanAndIngest()
  const ids = await fresh.db.selectFrom('asset').select('id').orderBy('id').execute()

  vault.tree = { 'archive/2023': many }
  await vault.scanAndIngest()

  expect(await fresh.db.selectFrom('asset').select('id').orderBy('id').execute()).toEqual(ids)
  const assets = await fresh.db.selectFrom('asset').select('state').distinct().execute()
  expect(assets).toEqual([{ state: 'ready' }])
})

test('files below a folder that cannot be read are unknown, not missing', async () => {
  await using fresh = await freshDatabase()
  const vault = await VaultActor.create(fresh.db)
  vault.tree = {
    '': { 'a.jpg': { content: 'a' } },
    'x/y': { 'b.jpg': { content: 'b' } },
    xy: { 'c.jpg': { content: 'c' } },
  }
  await vault.scanAndIngest()

  vault.tree = { '': vault.tree['']! }
  vault.unreadable = ['x']
  await vault.scan()

  const { files } = await snapshot(fresh.db)
  expect(files.map((file) => [file.name.toString(), file.state])).toEqual([
    ['a.jpg', 'ingested'],
    ['b.jpg', 'ingested'],
    ['c.jpg', 'missing'],
  ])
})

test('a coordinator that restarts in the middle of a scan forgets nothing and scans again', async () => {
  await using fresh = await freshDatabase()
  const vault = await VaultActor.create(fresh.db)
  vault.tree = {
    a: { '1.jpg': { content: '1' } },
    b: { '2.jpg': { content: '2' }, '3.jpg': { content: '3' } },
  }
  await vault.scanAndIngest()

  const complete = vault.complete.bind(vault)
  vault.complete = async (lease, result) => {
    vault.types = createJobTypes()
    return complete(lease, result)
  }
  await expect(vault.scan()).rejects.toMatchObject({ code: 'scan_interrupted' })
  expect(new Set((await snapshot(fresh.db)).files.map((file) => file.state))).toEqual(new Set(['ingested']))
})

test('a listing that a crashing database has lost is asked for again', async () => {
  await using fresh = await freshDatabase()
  const vault = await VaultActor.create(fresh.db)
  vault.tree = { a: { '1.jpg': { content: '1' } }, b: { '2.jpg': { content: '2' } } }
  const complete = vault.complete.bind(vault)
  vault.complete = async (lease, result) => {
    await fresh.db.deleteFrom('job').where('kind', '=', 'file.ingest').execute()
    await fresh.db.deleteFrom('asset_file').where('name', '=', Buffer.from('2.jpg')).execute()
    await fresh.db.deleteFrom('asset').where('name', '=', '2.jpg').execute()
    await fresh.db.deleteFrom('folder').where('path', '=', Buffer.from('b')).execute()
    return complete(lease, result)
  }
  await expect(vault.scan()).rejects.toMatchObject({ code: 'scan_interrupted' })
})

test('the same part of a scan sent twice changes nothing the second time', async () => {
  await using fresh = await freshDatabase()
  const vault = await VaultActor.create(fresh.db)
  vault.tree = {
    '': Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`${i}.jpg`, { content: `${i}` }])),
  }
  const { enqueueScan } = await import('./enqueue-scan.ts')
  await enqueueScan(fresh.db, vault.libraryId, { acceptMissing: false })
  const [lease] = await vault.lease('scan', 1)
  const digest = 'AAAAAAAAAAAAAAAAAAAAAA'
  const part = (from: number, to: number, last: boolean) => ({
    type: 'files' as const,
    folders: [
      {
        path: '',
        digest,
        last,
        files: Array.from({ length: to - from }, (_, i) => ({
          name: `${from + i}.jpg`,
          sizeBytes: 1,
          mtimeUs: 1,
        })),
      },
    ],
  })
  const send = (seq: number, chunk: ScanChunk) =>
    vault.types.get('library.scan')!.takeChunk!(fresh.db, vault.agentId, lease!, seq, chunk)
  await send(0, { type: 'folders', folders: [{ path: '', digest, files: 7 }] })
  await send(1, part(0, 4, false))
  await Promise.all([send(2, part(4, 7, true)), send(2, part(4, 7, true))])
  await send(1, part(0, 4, false))
  await vault.complete(lease!, { outcome: 'complete', folders: 1, files: 7, skipped: {}, unreadable: [] })

  const { files } = await snapshot(fresh.db)
  expect(files).toHaveLength(7)
  expect(files.every((file) => file.state === 'found')).toBe(true)
})

test('the catalogue is the same in whatever order files arrive and are read', async () => {
  const names = [
    'a.cr2',
    'a.jpg',
    'a.xmp',
    'a-edited.jpg',
    'IMG_1.heic',
    'IMG_1.mov',
    'b.jpg',
    'b_001.jpg',
    'c.mp4',
  ]
  const whole: Tree = { f: Object.fromEntries(names.map((name) => [name, { content: name }])) }
  await using fresh = await freshDatabase()
  const expected = await (async () => {
    const vault = await VaultActor.create(fresh.db, 'expected')
    vault.tree = whole
    await vault.scanAndIngest()
    return snapshotOf(fresh.db, vault.libraryId)
  })()

  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(names, { minLength: names.length }),
      fc.integer(),
      async (order, salt) => {
        const vault = await VaultActor.create(fresh.db, `v${salt}-${order.join()}`)
        vault.tree = { f: {} }
        for (const name of order) {
          vault.tree.f![name] = { content: name }
          await vault.scan()
          if (salt % 2 === 0) await vault.ingestAll()
        }
        await vault.ingestAll()
        expect(await snapshotOf(fresh.db, vault.libraryId)).toEqual(expected)
      },
    ),
    { numRuns: 8 },
  )
})

async function snapshotOf(db: Database, libraryId: number) {
  const rows = await db
    .selectFrom('asset_file as file')
    .leftJoin('asset', 'asset.id', 'file.asset_id')
    .leftJoin('asset_file as cover', 'cover.id', 'asset.cover_file_id')
    .select([
      'file.name',
      'file.role',
      'file.state',
      'asset.name as asset',
      'asset.kind',
      'asset.state as assetState',
    ])
    .select(['asset.has_raw', 'asset.version', 'cover.name as cover'])
    .where('file.library_id', '=', libraryId)
    .orderBy('file.name')
    .execute()
  return rows
}
