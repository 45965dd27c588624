import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Database } from '../../db/database.ts'
import type { DerivedStore } from '../../media/derived-store.ts'

export type SampleAsset = {
  assetId: number
  fileId: number
  libraryId: number
  picture: Buffer
  version: string
}

/** A library with one picture, `trip/Zoë.jpg`, of `sizeBytes`, read whole, with its derived files in the store. */
export async function addSampleAsset(
  db: Database,
  store: DerivedStore,
  options: { agentId: number; name?: string; sizeBytes?: number; contentHash?: string },
): Promise<SampleAsset> {
  const name = options.name ?? 'Zoë.jpg'
  const library = await db
    .insertInto('library')
    .values({
      name: 'photos',
      root: Buffer.from('/vault/photos'),
      agent_id: options.agentId,
      ignore_globs: [],
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const folder = await db
    .insertInto('folder')
    .values({ library_id: library.id, path: Buffer.from('trip'), digest: null })
    .returning('id')
    .executeTakeFirstOrThrow()
  const picture = Buffer.from(`not quite a JPEG: ${'0123456789'.repeat(100)}`)
  const hash = createHash('sha256').update(picture).digest()
  const version = hash.toString('hex').slice(0, 12)
  const asset = await db
    .insertInto('asset')
    .values({
      library_id: library.id,
      folder_id: folder.id,
      key: Buffer.from('zoe'),
      name,
      kind: 'image',
      state: 'ready',
      captured_at: new Date('2024-05-01T12:03:22Z'),
      captured_local: '2024-05-01T14:03:22',
      captured_offset_minutes: 120,
      captured_source: 'exif_original',
      bucket: '2024-05',
      width_px: 4000,
      height_px: 3000,
      version,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const file = await db
    .insertInto('asset_file')
    .values({
      library_id: library.id,
      folder_id: folder.id,
      asset_id: asset.id,
      name: Buffer.from(name),
      role: 'original',
      state: 'ingested',
      size_bytes: options.sizeBytes ?? 1_000,
      mtime_us: 1_714_565_002_000_000,
      content_hash: Buffer.from(options.contentHash ?? 'ab'.repeat(32), 'hex'),
      kind: 'image',
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await db.updateTable('asset').set({ cover_file_id: file.id }).where('id', '=', asset.id).execute()
  await db
    .insertInto('file_tags')
    .values({
      file_id: file.id,
      pass: 'fast',
      tags: JSON.stringify({ 'EXIF:Model': 'One', 'EXIF:ISO': 100 }),
    })
    .execute()
  for (const kind of ['preview', 'grid', 'tiny'] as const) {
    await db
      .insertInto('derived_file')
      .values({
        file_id: file.id,
        kind,
        hash,
        size_bytes: picture.length,
        width_px: 100,
        height_px: 75,
        mime_type: kind === 'preview' ? 'image/jpeg' : 'image/webp',
      })
      .execute()
  }
  await store.put(hash.toString('hex'), Readable.from([picture]))
  return { assetId: asset.id, fileId: file.id, libraryId: library.id, picture, version }
}
