import { sql } from 'kysely'
import type { FileState } from '../../protocol/assets.ts'
import type { Tags } from '../../protocol/ingest.ts'
import type { AssetKind, DerivedFile, FileRole, Problem } from '../../protocol/media.ts'
import { decodePathName, displayPathName } from '../../protocol/path-name.ts'
import { groupFolder } from '../catalog/group-folder.ts'
import { type AssetSummary, type SummaryFile, summariseAsset } from '../catalog/summarise-asset.ts'
import { settleOverFiles } from '../curation/truth.ts'
import type { DatabaseTransaction } from '../db/database.ts'
import { storableJson } from './storable-json.ts'

/** Assets summed up in one round; bounds the memory that their tags take. */
const BATCH = 200

/**
 * Brings the columns of assets that follow from their files up to date.
 *
 * Locks the assets first and reads their files afterwards, so that of two files of one asset that are
 * stored at the same time the later one sees the earlier.
 */
export async function refreshAssets(tx: DatabaseTransaction, assetIds: readonly number[]): Promise<void> {
  for (let start = 0; start < assetIds.length; start += BATCH) {
    await refreshBatch(tx, assetIds.slice(start, start + BATCH))
  }
}

async function refreshBatch(tx: DatabaseTransaction, assetIds: readonly number[]): Promise<void> {
  const { rows: locked } = await sql<{ id: number; revision: number; chosen: number | null }>`
    select id, revision, chosen_cover_file_id as chosen from asset
    where id = any(${[...assetIds]}::bigint[]) order by id for update`.execute(tx)
  const chosen = new Map(locked.map((asset) => [asset.id, asset.chosen]))
  const files = await readFiles(tx, assetIds)
  const nowMs = Date.now()
  const summaries = [...files].flatMap(([id, ofAsset]) => {
    const byRule = groupFolder(ofAsset.map((file) => file.name)).groups[0]?.cover
    // A person's choice stands for as long as its file is there.
    const byPerson = ofAsset.find((file) => file.id === chosen.get(id) && file.state !== 'missing')?.name
    const cover = byPerson ?? byRule
    if (cover === undefined) return []
    return [{ id, name: displayPathName(cover), ...summariseAsset({ files: ofAsset, cover, nowMs }) }]
  })
  await storeSummaries(tx, summaries)
  const summed = new Set(summaries.map(({ id }) => id))
  await settleOverFiles(
    tx,
    locked.filter(({ id, revision }) => revision > 0 && summed.has(id)).map(({ id }) => id),
  )
}

type FileRow = {
  id: number
  assetId: number
  name: Buffer
  role: FileRole
  state: FileState
  mtimeUs: number
  kind: AssetKind | null
  widthPx: number | null
  heightPx: number | null
  durationMs: number | null
  codec: string | null
  thumbhash: string | null
  problem: Problem | null
  tags: Tags | null
  derived: { kind: DerivedFile['kind']; hash: string; widthPx: number; heightPx: number }[] | null
}

async function readFiles(
  tx: DatabaseTransaction,
  assetIds: readonly number[],
): Promise<Map<number, SummaryFile[]>> {
  const { rows } = await sql<FileRow>`
    select file.id, file.asset_id as "assetId", file.name, file.role, file.state, file.mtime_us as "mtimeUs",
      file.kind, file.width_px as "widthPx", file.height_px as "heightPx", file.duration_ms as "durationMs",
      file.codec, file.thumbhash, file.problem, file_tags.tags,
      (select jsonb_agg(jsonb_build_object('kind', kind, 'hash', encode(hash, 'hex'), 'widthPx', width_px, 'heightPx', height_px))
        from derived_file where file_id = file.id) as derived
    from asset_file file left join file_tags on file_tags.file_id = file.id
    where file.asset_id = any(${[...assetIds]}::bigint[])`.execute(tx)
  const files = new Map<number, SummaryFile[]>()
  for (const row of rows) {
    const ofAsset = files.get(row.assetId) ?? []
    files.set(row.assetId, ofAsset)
    ofAsset.push({
      id: row.id,
      name: decodePathName(row.name),
      role: row.role,
      state: row.state,
      mtimeUs: row.mtimeUs,
      tags: row.tags,
      media: row.kind && {
        kind: row.kind,
        widthPx: row.widthPx,
        heightPx: row.heightPx,
        durationMs: row.durationMs,
        codec: row.codec,
      },
      derived: row.derived ?? [],
      thumbhash: row.thumbhash,
      problem: row.problem,
    })
  }
  return files
}

async function storeSummaries(
  tx: DatabaseTransaction,
  summaries: readonly ({ id: number; name: string } & AssetSummary)[],
): Promise<void> {
  const column = <T>(of: (summary: (typeof summaries)[number]) => T): T[] => summaries.map(of)
  await sql`
    update asset set
      name = given.name, kind = given.kind, state = given.state, cover_file_id = given.cover_file_id,
      captured_at = given.captured_at, captured_local = given.captured_local,
      captured_offset_minutes = given.captured_offset_minutes, captured_source = given.captured_source,
      bucket = given.bucket, latitude = given.latitude, longitude = given.longitude,
      altitude_m = given.altitude_m, camera = given.camera, lens = given.lens,
      rating = (given.words->>'rating')::smallint, label = given.words->>'label', title = given.words->>'title',
      description = given.words->>'description', creator = nullif(given.words->'creator', 'null'),
      copyright = given.words->>'copyright', keywords = nullif(given.words->'keywords', 'null'),
      place = nullif(given.words->'place', 'null'), regions = nullif(given.words->'regions', 'null'),
      favourite = (given.words->>'favourite')::boolean,
      width_px = given.width_px, height_px = given.height_px, duration_ms = given.duration_ms,
      thumbhash = given.thumbhash, has_raw = given.has_raw, problem = given.problem, version = given.version
    from unnest(
      ${column((s) => s.id)}::bigint[], ${column((s) => s.name)}::text[], ${column((s) => s.kind)}::text[],
      ${column((s) => s.state)}::text[], ${column((s) => s.coverFileId)}::bigint[],
      ${column((s) => s.captured?.at ?? null)}::timestamptz[],
      ${column((s) => s.captured?.local ?? null)}::timestamp[],
      ${column((s) => s.captured?.offsetMinutes ?? null)}::integer[],
      ${column((s) => s.captured?.source ?? null)}::text[], ${column((s) => s.bucket)}::text[],
      ${column((s) => s.position?.latitude ?? null)}::double precision[],
      ${column((s) => s.position?.longitude ?? null)}::double precision[],
      ${column((s) => s.position?.altitudeM ?? null)}::double precision[],
      ${column((s) => s.camera)}::text[], ${column((s) => s.lens)}::text[],
      ${column((s) => storableJson(s.words))}::jsonb[], ${column((s) => s.widthPx)}::integer[],
      ${column((s) => s.heightPx)}::integer[], ${column((s) => s.durationMs)}::bigint[],
      ${column((s) => s.thumbhash)}::text[], ${column((s) => s.hasRaw)}::boolean[],
      ${column((s) => (s.problem ? JSON.stringify(s.problem) : null))}::jsonb[],
      ${column((s) => s.version)}::text[]
    ) as given (id, name, kind, state, cover_file_id, captured_at, captured_local, captured_offset_minutes,
      captured_source, bucket, latitude, longitude, altitude_m, camera, lens, words, width_px, height_px,
      duration_ms, thumbhash, has_raw, problem, version)
    where asset.id = given.id`.execute(tx)
}
