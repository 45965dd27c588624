import { sql } from 'kysely'
import type { FileState } from '../../protocol/assets.ts'
import { fileExtension } from '../../protocol/file-formats.ts'
import type { IngestResult } from '../../protocol/ingest.ts'
import { storableText } from '../../protocol/media.ts'
import { decodePathName, joinPathName } from '../../protocol/path-name.ts'
import { noticeOutsideChange } from '../curation/notice-outside-change.ts'
import { takeOwnWords } from '../curation/take-own-words.ts'
import type { DatabaseTransaction } from '../db/database.ts'
import { followPreviews } from '../detections/follow-previews.ts'
import { giveToOwner } from './adopt-move.ts'
import { enqueueIngest } from './enqueue-ingest.ts'
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
  const file = await lockFile(tx, fileId)
  if (!file || file.state === 'missing') return

  const hash = Buffer.from(result.contentHash, 'hex')
  const current = result.sizeBytes === file.size_bytes && result.mtimeUs === file.mtime_us
  const owner = file.content_hash?.equals(hash)
    ? undefined
    : await findOwner(tx, file, hash, result.sizeBytes)
  if (owner) await giveToOwner(tx, owner, file)
  const id = owner?.id ?? fileId

  const assetId = await store(tx, id, hash, current, result)
  if (assetId !== null) {
    await refreshAssets(tx, [assetId])
    await followPreviews(tx, [assetId])
  }
  if (assetId !== null && fileExtension(decodePathName(file.name)) === 'xmp')
    await readSidecar(tx, assetId, file, result)
  const unread = [...(current ? [] : [id]), ...(owner?.state === 'found' ? [fileId] : [])]
  if (unread.length > 0) await enqueueIngest(tx, unread)
}

/** What a sidecar means for the words of people beside what it says. */
async function readSidecar(
  tx: DatabaseTransaction,
  assetId: number,
  file: LockedFile,
  { contentHash, metadata }: IngestResult,
): Promise<void> {
  const hash = Buffer.from(contentHash, 'hex')
  const tags = metadata?.tags ?? {}
  if (file.content_hash !== null && !file.content_hash.equals(hash))
    await noticeOutsideChange(tx, assetId, hash, tags)
  const path = joinPathName(decodePathName(file.folder), decodePathName(file.name))
  await takeOwnWords(tx, assetId, { path, hash, tags })
}

type LockedFile = {
  id: number
  library_id: number
  folder_id: number
  asset_id: number | null
  name: Buffer
  folder: Buffer
  state: FileState
  size_bytes: number
  mtime_us: number
  content_hash: Buffer | null
}

/**
 * Locks a file together with its folder, and its library against a scan that ends right now: either that
 * scan sees this content, or this sees what it marked missing. Undefined when the file is gone.
 */
async function lockFile(tx: DatabaseTransaction, fileId: number): Promise<LockedFile | undefined> {
  for (;;) {
    const { rows } = await sql<LockedFile>`
      select file.id, file.library_id, file.folder_id, file.asset_id, file.name, folder.path as folder, file.state, file.size_bytes,
        file.mtime_us, file.content_hash
      from library join folder on folder.library_id = library.id join asset_file file on file.folder_id = folder.id
      where file.id = ${fileId}
      for share of library for update of folder, file`.execute(tx)
    if (rows[0]) return rows[0]
    // No row also when the file was given another folder while this waited for its old one.
    const { rows: still } = await sql`select 1 from asset_file where id = ${fileId}`.execute(tx)
    if (still.length === 0) return undefined
  }
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

/** One statement for the file, its tags and its derived files. Returns the asset it belongs to. */
async function store(
  tx: DatabaseTransaction,
  id: number,
  hash: Buffer,
  current: boolean,
  { media, metadata, derived, ...result }: IngestResult,
): Promise<number | null> {
  const problem = result.problem && { ...result.problem, message: storableText(result.problem.message) }
  const kinds = derived.map((file) => file.kind)
  const tags = metadata
    ? sql`insert into file_tags (file_id, pass, tags) values (${id}, ${metadata.pass}, ${storableJson(metadata.tags)})
        on conflict (file_id) do update set pass = excluded.pass, tags = excluded.tags`
    : sql`delete from file_tags where file_id = ${id}`
  const { rows } = await sql<{ assetId: number | null }>`
    with known_tags as (${tags}),
    gone as (delete from derived_file where file_id = ${id} and kind <> all(${kinds}::text[])),
    made as (
      insert into derived_file (file_id, kind, hash, size_bytes, width_px, height_px, mime_type)
      select ${id}::bigint, * from unnest(
        ${kinds}::text[],
        ${derived.map((file) => Buffer.from(file.hash, 'hex'))}::bytea[],
        ${derived.map((file) => file.sizeBytes)}::integer[],
        ${derived.map((file) => file.widthPx)}::integer[],
        ${derived.map((file) => file.heightPx)}::integer[],
        ${derived.map((file) => file.mimeType)}::text[])
      on conflict (file_id, kind) do update set hash = excluded.hash, size_bytes = excluded.size_bytes,
        width_px = excluded.width_px, height_px = excluded.height_px, mime_type = excluded.mime_type)
    update asset_file set
      state = ${current ? 'ingested' : 'found'}, content_hash = ${hash},
      size_bytes = ${result.sizeBytes}, mtime_us = ${result.mtimeUs},
      kind = coalesce(${media?.kind ?? null}, kind),
      width_px = ${media?.widthPx ?? null}, height_px = ${media?.heightPx ?? null},
      duration_ms = ${media?.durationMs ?? null}, codec = ${media?.codec ?? null},
      thumbhash = ${result.thumbhash}, problem = ${problem && JSON.stringify(problem)}
    where id = ${id}
    returning asset_id as "assetId"`.execute(tx)
  return rows[0]!.assetId
}
