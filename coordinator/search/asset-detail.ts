import { sql } from 'kysely'
import type { AssetDetail, AssetFile } from '../../protocol/assets.ts'
import { AppError } from '../../protocol/errors.ts'
import { decodePathName, displayPathName, joinPathName } from '../../protocol/path-name.ts'
import { describeAsset } from '../catalog/describe-asset.ts'
import { overlayWords } from '../curation/overlay-words.ts'
import { readCuration } from '../curation/read-curation.ts'
import type { Queryable } from '../db/database.ts'
import { type TileRow, tileColumns, tileOf } from './tile-row.ts'

/**
 * Everything about one asset: its files with their tags, and each known field with who says so.
 *
 * @throws AppError `not_found`
 */
export async function requireAssetDetail(
  db: Queryable,
  assetId: number,
  nowMs: number,
): Promise<AssetDetail> {
  const asset = await findAsset(db, assetId)
  if (!asset) throw new AppError('not_found', `There is no asset ${assetId}`)
  const files = await readFiles(db, assetId)
  const described = describeAsset(
    files.map((file) => ({
      id: file.id,
      name: decodePathName(file.name),
      role: file.role ?? 'original',
      tags: file.tags,
      mtimeUs: file.mtime_us,
    })),
    nowMs,
  )
  const curation = await readCuration(db, assetId)
  const { capturedAt, capturedLocal, capturedSource } = asset
  return {
    ...tileOf(asset),
    libraryId: asset.libraryId,
    folder: displayPathName(decodePathName(asset.folder)),
    name: asset.name,
    captured:
      capturedAt && capturedLocal !== null && capturedSource
        ? {
            at: capturedAt.toISOString(),
            local: capturedLocal,
            offsetMinutes: asset.capturedOffsetMinutes,
            source: capturedSource,
          }
        : null,
    position:
      asset.latitude === null || asset.longitude === null
        ? null
        : { latitude: asset.latitude, longitude: asset.longitude, altitudeM: asset.altitudeM },
    camera: asset.camera,
    lens: asset.lens,
    problem: asset.problem,
    files: files.map((file) => fileView(file, asset.coverFileId)),
    metadata: overlayWords(described.metadata, curation.values, curation.persons),
    curation,
    detections: asset.detections,
  }
}

type AssetRow = TileRow &
  Pick<AssetDetail, 'libraryId' | 'name' | 'camera' | 'lens' | 'problem'> & {
    folder: Buffer
    capturedOffsetMinutes: number | null
    capturedSource: NonNullable<AssetDetail['captured']>['source'] | null
    latitude: number | null
    longitude: number | null
    altitudeM: number | null
    coverFileId: number | null
    detections: number
  }

async function findAsset(db: Queryable, assetId: number): Promise<AssetRow | undefined> {
  const { rows } = await sql<AssetRow>`
    select ${tileColumns}, a.library_id as "libraryId", a.name, a.camera, a.lens, a.problem,
      folder.path as folder, a.captured_offset_minutes as "capturedOffsetMinutes",
      a.captured_source as "capturedSource", a.latitude, a.longitude, a.altitude_m as "altitudeM",
      a.cover_file_id as "coverFileId",
      (select count(*) from detection where asset_id = a.id and review <> 'rejected') as detections
    from asset a join folder on folder.id = a.folder_id where a.id = ${assetId}`.execute(db)
  return rows[0]
}

type FileRow = Awaited<ReturnType<typeof readFiles>>[number]

function readFiles(db: Queryable, assetId: number) {
  return db
    .selectFrom('asset_file')
    .innerJoin('folder', 'folder.id', 'asset_file.folder_id')
    .leftJoin('file_tags', 'file_tags.file_id', 'asset_file.id')
    .selectAll('asset_file')
    .select(['folder.path', 'file_tags.tags'])
    .where('asset_id', '=', assetId)
    .orderBy(sql`array_position(array['original', 'cover', 'export', 'derivative', 'sidecar'], role)`)
    .orderBy('asset_file.name')
    .execute()
}

function fileView(file: FileRow, coverFileId: number | null): AssetFile {
  const name = decodePathName(file.name)
  return {
    id: file.id,
    path: displayPathName(joinPathName(decodePathName(file.path), name)),
    name: displayPathName(name),
    role: file.role ?? 'original',
    state: file.state,
    isCover: file.id === coverFileId,
    format: formatOf(name),
    sizeBytes: file.size_bytes,
    modifiedAt: new Date(file.mtime_us / 1_000).toISOString(),
    contentHash: file.content_hash?.toString('hex') ?? null,
    widthPx: file.width_px,
    heightPx: file.height_px,
    durationMs: file.duration_ms,
    codec: file.codec,
    problem: file.problem,
    tags: file.tags ?? {},
  }
}

/** The extension in capitals, as people call formats: `JPG`, `CR2`. */
function formatOf(name: string): string {
  const extension = /\.([^./]+)$/.exec(name)?.[1] ?? ''
  return displayPathName(extension).toUpperCase()
}
