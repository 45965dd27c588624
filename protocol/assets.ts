import { z } from 'zod'
import { AssetCuration } from './edits.ts'
import { AssetFileId, AssetId, ContentHash, LibraryId } from './ids.ts'
import { AssetKind, FileRole, Problem, ProblemCode } from './media.ts'

/**
 * `waiting`: found, not yet read; not shown. `ready`: can be shown. `damaged`: shown with its problem.
 * `missing`: all files are gone from the disk; kept, not shown.
 */
export const AssetState = z.enum(['waiting', 'ready', 'damaged', 'missing'])
export type AssetState = z.infer<typeof AssetState>

/** `found` by a scan, `ingested` (read, perhaps with a problem), `missing` from the disk. */
export const FileState = z.enum(['found', 'ingested', 'missing'])
export type FileState = z.infer<typeof FileState>

/** Where the capture time came from: by itself best first, before all of them what a person has said. */
export const DateSource = z.enum([
  'exif_original',
  'exif_create',
  'xmp',
  'quicktime',
  'gps',
  'takeout',
  'file_name',
  'file_time',
  'person',
])
export type DateSource = z.infer<typeof DateSource>

/** A moment as the camera saw it. */
export const Captured = z.object({
  /** The instant, ISO 8601 in UTC. Without a known offset the local time is taken as UTC for sorting. */
  at: z.iso.datetime(),
  /** What the camera's clock showed: `2024-05-01T14:03:22`. */
  local: z.string(),
  offsetMinutes: z.int().min(-1_080).max(1_080).nullable(),
  source: DateSource,
})
export type Captured = z.infer<typeof Captured>

export const GeoPoint = z.object({
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  altitudeM: z.number().nullable(),
})
export type GeoPoint = z.infer<typeof GeoPoint>

/** Enough to lay out and draw one tile of the gallery. */
export const AssetTile = z
  .object({
    id: AssetId,
    kind: AssetKind,
    state: AssetState,
    capturedAt: z.iso.datetime().nullable(),
    /** Local wall time; the day it names is the day of the picture. */
    capturedLocal: z.string().nullable(),
    /** Upright; 1 × 1 when unknown. */
    widthPx: z.int().positive(),
    heightPx: z.int().positive(),
    durationMs: z.int().nonnegative().nullable(),
    thumbhash: z.string().nullable(),
    hasRaw: z.boolean(),
    /** Stars; −1 is rejected, null and 0 are unrated. */
    rating: z.int().min(-1).max(5).nullable(),
    /** A colour label, as it is written. */
    label: z.string().nullable(),
    favourite: z.boolean(),
    /** Why a damaged asset has no whole picture, so that its tile can say so. */
    problemCode: ProblemCode.nullable(),
    /** Changes when the derived pictures change; part of their URLs so that they can be cached for ever. */
    version: z.string(),
  })
  .meta({ id: 'AssetTile' })
export type AssetTile = z.infer<typeof AssetTile>

export const AssetFile = z
  .object({
    id: AssetFileId,
    /** As people may see it; undecodable bytes are replaced. */
    path: z.string(),
    name: z.string(),
    role: FileRole,
    state: FileState,
    isCover: z.boolean(),
    format: z.string(),
    sizeBytes: z.int().nonnegative(),
    modifiedAt: z.iso.datetime(),
    contentHash: ContentHash.nullable(),
    widthPx: z.int().nullable(),
    heightPx: z.int().nullable(),
    durationMs: z.int().nullable(),
    codec: z.string().nullable(),
    problem: Problem.nullable(),
    /** Every tag that ExifTool read, `Group:Tag`. */
    tags: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AssetFile' })
export type AssetFile = z.infer<typeof AssetFile>

/** One thing known about an asset and who says so. */
export const MetadataField = z
  .object({
    field: z.enum([
      'capturedAt',
      'camera',
      'lens',
      'exposure',
      'aperture',
      'iso',
      'focalLength',
      'position',
      'title',
      'description',
      'creator',
      'copyright',
      'keywords',
      'rating',
      'label',
      'place',
      'people',
      'objects',
      'favourite',
    ]),
    /** Written for people. */
    value: z.string(),
    source: z.enum(['person', 'sidecar', 'file', 'model']),
    /** The tag or rule behind it, such as `EXIF:DateTimeOriginal` or `file name`. */
    detail: z.string(),
    fileId: AssetFileId.nullable(),
  })
  .meta({ id: 'MetadataField' })
export type MetadataField = z.infer<typeof MetadataField>

export const AssetDetail = AssetTile.extend({
  libraryId: LibraryId,
  folder: z.string(),
  name: z.string(),
  captured: Captured.nullable(),
  position: GeoPoint.nullable(),
  camera: z.string().nullable(),
  lens: z.string().nullable(),
  problem: Problem.nullable(),
  files: z.array(AssetFile),
  metadata: z.array(MetadataField),
  curation: AssetCuration,
  /** Things and faces that are known in it; rejected ones are not counted. `GET /api/assets/:id/detections` has them. */
  detections: z.int().nonnegative(),
}).meta({ id: 'AssetDetail' })
export type AssetDetail = z.infer<typeof AssetDetail>

export const TimelineBucket = z
  .object({
    /** `2024-05`, or `undated`. */
    bucket: z.string().regex(/^(\d{4}-\d{2}|undated)$/),
    count: z.int().positive(),
    /** Sum of width / height over the bucket: with a row height it gives the bucket's height on screen. */
    aspectSum: z.number().nonnegative(),
  })
  .meta({ id: 'TimelineBucket' })
export type TimelineBucket = z.infer<typeof TimelineBucket>
