import { sql } from 'kysely'
import type { DetectionView } from '../../protocol/detections.ts'
import { AppError } from '../../protocol/errors.ts'
import type { Point } from '../../protocol/vision.ts'
import type { Queryable } from '../db/database.ts'

/** @throws AppError `not_found` when there is no such asset */
export async function listDetections(db: Queryable, assetId: number): Promise<DetectionView[]> {
  const asset = await db.selectFrom('asset').select('id').where('id', '=', assetId).executeTakeFirst()
  if (!asset) throw new AppError('not_found', `There is no asset ${assetId}`)
  const rows = await selectDetections(db)
    .where('detection.asset_id', '=', assetId)
    .orderBy(sql`detection.score desc nulls first`)
    .orderBy('detection.id')
    .execute()
  return rows.map(viewOf)
}

/** @throws AppError `not_found` */
export async function requireDetection(db: Queryable, detectionId: number): Promise<DetectionView> {
  const row = await selectDetections(db).where('detection.id', '=', detectionId).executeTakeFirst()
  if (!row) throw new AppError('not_found', `There is no detection ${detectionId}`)
  return viewOf(row)
}

type Row = Awaited<ReturnType<ReturnType<typeof selectDetections>['execute']>>[number]

function selectDetections(db: Queryable) {
  return db
    .selectFrom('detection')
    .leftJoin('model', 'model.id', 'detection.model_id')
    .select([
      'detection.id',
      'detection.asset_id',
      'detection.kind',
      'detection.label',
      'detection.box',
      'detection.mask_size',
      'detection.mask',
      'detection.landmarks',
      'detection.score',
      'detection.review',
      'model.key',
    ])
}

function viewOf(row: Row): DetectionView {
  return {
    id: row.id,
    assetId: row.asset_id,
    kind: row.kind,
    label: row.label,
    box: row.box as DetectionView['box'],
    mask:
      row.mask === null || row.mask_size === null
        ? null
        : { size: row.mask_size as [number, number], counts: row.mask },
    landmarks: row.landmarks && pairs(row.landmarks),
    score: row.score,
    review: row.review,
    model: row.key,
  }
}

function pairs(numbers: readonly number[]): Point[] {
  return Array.from({ length: numbers.length / 2 }, (_, at) => [numbers[2 * at]!, numbers[2 * at + 1]!])
}
