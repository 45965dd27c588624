import { sql } from 'kysely'
import type { IngestResult } from '../../protocol/ingest.ts'
import { storableText } from '../../protocol/media.ts'
import type { DatabaseTransaction } from '../db/database.ts'
import { enqueueIngest } from '../jobs/enqueue.ts'
import { giveToOwner } from './adopt-move.ts'
import { refreshAssets } from './refresh-assets.ts'
import { storableJson } from './storable-json.ts'

/**
 * Stores what one reading of a file gave and brings its asset up to date.
 *
 * A file whose content was known under a name that has gone missing is that file, moved: it keeps its
 * row, its asset and its history.
 *
 * When size and time are not those of the last scan, either the file has changed after that scan or the scan
 * has seen a change after this reading. What was read is believed and read once more, which tells.
 */
export async function applyIngest(
  tx: DatabaseTransaction,
  fileId: number,
  result: IngestResult,
): Promise<void> {
  const place = await tx
    .selectFrom('asset_file')
    .select(['folder_id', 'library_id'])
    .where('id', '=', fileId)
    .executeTakeFirst()
  if (!place) return
  // Against a scan that ends right now: either it sees this content, or this sees what it marked missing.
  await sql`select 1 from library where id = ${place.library_id} for share`.execute(tx)
  await sql`select 1 from folder where id = ${place.folder_id} for update`.execute(tx)
  const file = await tx.selectFrom('asset_file').selectAll().where('id', '=', fileId).executeTakeFirst()
  if (!file || file.state === 'missing') return

  const hash = Buffer.from(result.contentHash, 'hex')
  const current = result.sizeBytes === file.size_bytes && result.mtimeUs === file.mtime_us
  const owner = file.content_hash?.equals(hash)
    ? undefined
    : await findOwner(tx, file, hash, result.sizeBytes)
  if (owner) await giveToOwner(tx, owner, file)
  const id = owner?.id ?? fileId

  await storeFile(tx, id, hash, current, result)
  await storeTags(tx, id, result)
  await storeDerived(tx, id, result)
  const { asset_id: assetId } = await tx
    .selectFrom('asset_file')
    .select('asset_id')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  if (assetId !== null) await refreshAssets(tx, [assetId])
  const unread = [...(current ? [] : [id]), ...(owner?.state === 'found' ? [fileId] : [])]
  if (unread.length > 0) await enqueueIngest(tx, unread)
}

/**
 * The file that had this content before and has it no longer where it was: it is missing, or its size says
 * that something else lies there now. Of several, the one with the same name. All empty files are alike, so
 * no bytes are nobody's.
 */
async function findOwner(
  tx: DatabaseTransaction,
  file: { id: number; library_id: number; name: Buffer },
  hash: Buffer,
  sizeBytes: number,
) {
  if (sizeBytes === 0) return undefined
  return await tx
    .selectFrom('asset_file')
    .select(['id', 'state', 'folder_id'])
    .where('content_hash', '=', hash)
    .where('library_id', '=', file.library_id)
    .where((eb) =>
      eb.or([
        eb('state', '=', 'missing'),
        eb.and([eb('state', '=', 'found'), eb('size_bytes', '<>', sizeBytes)]),
      ]),
    )
    .where('id', '<>', file.id)
    .orderBy((eb) => eb('name', '=', file.name), 'desc')
    .orderBy((eb) => eb('state', '=', 'missing'), 'desc')
    .orderBy('id')
    .limit(1)
    .forUpdate()
    .executeTakeFirst()
}

async function storeFile(
  tx: DatabaseTransaction,
  id: number,
  hash: Buffer,
  current: boolean,
  result: IngestResult,
): Promise<void> {
  await tx
    .updateTable('asset_file')
    .set({
      state: current ? 'ingested' : 'found',
      content_hash: hash,
      size_bytes: result.sizeBytes,
      mtime_us: result.mtimeUs,
      ...(result.media ? { kind: result.media.kind } : {}),
      width_px: result.media?.widthPx ?? null,
      height_px: result.media?.heightPx ?? null,
      duration_ms: result.media?.durationMs ?? null,
      codec: result.media?.codec ?? null,
      thumbhash: result.thumbhash,
      problem: result.problem
        ? JSON.stringify({ ...result.problem, message: storableText(result.problem.message) })
        : null,
    })
    .where('id', '=', id)
    .execute()
}

async function storeTags(tx: DatabaseTransaction, id: number, result: IngestResult): Promise<void> {
  if (!result.metadata) {
    await tx.deleteFrom('file_tags').where('file_id', '=', id).execute()
    return
  }
  const { pass, tags } = result.metadata
  const json = storableJson(tags)
  await sql`insert into file_tags (file_id, pass, tags) values (${id}, ${pass}, ${json})
    on conflict (file_id) do update set pass = excluded.pass, tags = excluded.tags`.execute(tx)
}

async function storeDerived(tx: DatabaseTransaction, id: number, result: IngestResult): Promise<void> {
  const kinds = result.derived.map((file) => file.kind)
  await sql`delete from derived_file where file_id = ${id} and kind <> all(${kinds}::text[])`.execute(tx)
  if (result.derived.length === 0) return
  await sql`
    insert into derived_file (file_id, kind, hash, size_bytes, width_px, height_px, mime_type)
    select ${id}, * from unnest(
      ${kinds}::text[],
      ${result.derived.map((file) => Buffer.from(file.hash, 'hex'))}::bytea[],
      ${result.derived.map((file) => file.sizeBytes)}::integer[],
      ${result.derived.map((file) => file.widthPx)}::integer[],
      ${result.derived.map((file) => file.heightPx)}::integer[],
      ${result.derived.map((file) => file.mimeType)}::text[])
    on conflict (file_id, kind) do update set hash = excluded.hash, size_bytes = excluded.size_bytes,
      width_px = excluded.width_px, height_px = excluded.height_px, mime_type = excluded.mime_type`.execute(
    tx,
  )
}
