import { sql } from 'kysely'
import type { z } from 'zod'
import type { Region } from '../../protocol/curation.ts'
import type {
  DetectionChange,
  DetectionReview,
  DetectionView,
  NewDetection,
} from '../../protocol/detections.ts'
import { AppError } from '../../protocol/errors.ts'
import { lockAssets } from '../curation/lock-assets.ts'
import { nameRegion } from '../curation/name-region.ts'
import type { Database, DatabaseTransaction } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import { requireDetection } from './detection-views.ts'
import { followPreviews } from './follow-previews.ts'

/**
 * Marks something that a person sees. Its outline follows when a model draws outlines and none was given.
 *
 * @throws AppError `not_found`
 */
export async function drawDetection(
  db: Database,
  assetId: number,
  { label, box, mask }: z.output<typeof NewDetection>,
  accountId: number,
): Promise<DetectionView> {
  return await transact(db, { durable: true }, async (tx) => {
    await lockAsset(tx, assetId)
    const { id } = await tx
      .insertInto('detection')
      .values({
        asset_id: assetId,
        kind: 'object',
        label,
        box: [...box],
        mask_size: mask && [...mask.size],
        mask: mask?.counts ?? null,
        review: 'drawn',
        account_id: accountId,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await followPreviews(tx, [assetId], ['segment'])
    await nameRegion(tx, assetId, { before: null, after: { kind: 'object', name: label, box } }, accountId)
    return await requireDetection(tx, id)
  })
}

/**
 * Takes a person's word about a thing. Who names it or moves it says that it is there, so that confirms it, unless the
 * change says otherwise. What goes back to `proposed` has the model's own word again.
 *
 * @throws AppError `not_found`, `conflict` when a thing that a person has drawn should be a proposal
 */
export async function changeDetection(
  db: Database,
  detectionId: number,
  change: z.output<typeof DetectionChange>,
  accountId: number,
): Promise<DetectionView> {
  return await transact(db, { durable: true }, async (tx) => {
    const before = await lockDetection(tx, detectionId)
    const isDrawn = before.class_name === null
    if (isDrawn && change.review === 'proposed')
      throw new AppError(
        'conflict',
        `Detection ${detectionId} was drawn by a person and is nobody's proposal`,
      )
    const says = change.label !== undefined || change.box !== undefined
    const review = change.review ?? (says && before.review !== 'drawn' ? 'confirmed' : before.review)
    const label = change.label ?? (review === 'proposed' ? (before.class_name ?? before.label) : before.label)
    const isMoved = change.box?.some((value, at) => value !== before.box[at]) ?? false
    await tx
      .updateTable('detection')
      .set({
        review: isDrawn && review === 'confirmed' ? 'drawn' : review,
        label,
        account_id: accountId,
        reviewed_at: sql<Date>`now()`,
        // An outline is of the place where it was drawn.
        ...(isMoved && {
          box: [...change.box!],
          mask: null,
          mask_size: null,
          mask_model_id: null,
          found_at: sql<Date>`now()`,
        }),
      })
      .where('id', '=', detectionId)
      .execute()
    if (isMoved) await followPreviews(tx, [before.asset_id], ['segment'])
    const after = { ...before, review, label, box: change.box ?? before.box }
    await nameRegion(
      tx,
      before.asset_id,
      { before: namedRegion(before), after: namedRegion(after) },
      accountId,
    )
    return await requireDetection(tx, detectionId)
  })
}

/**
 * Takes away what a person has drawn.
 *
 * @throws AppError `not_found`, `conflict` for what a model has found: gone, it would be found again
 */
export async function deleteDetection(db: Database, detectionId: number, accountId: number): Promise<void> {
  await transact(db, { durable: true }, async (tx) => {
    const drawn = await lockDetection(tx, detectionId)
    if (drawn.class_name !== null)
      throw new AppError(
        'conflict',
        `Detection ${detectionId} was found by a model, which would find it again: reject it instead`,
      )
    await tx.deleteFrom('detection').where('id', '=', detectionId).execute()
    await nameRegion(tx, drawn.asset_id, { before: namedRegion(drawn), after: null }, accountId)
  })
}

/** The asset first, as results do: of a person and a model one waits for the other. */
async function lockDetection(tx: DatabaseTransaction, detectionId: number) {
  const found = await tx
    .selectFrom('detection')
    .select('asset_id')
    .where('id', '=', detectionId)
    .executeTakeFirst()
  if (found) await lockAsset(tx, found.asset_id)
  const row = await tx
    .selectFrom('detection')
    .select(['asset_id', 'kind', 'class_name', 'label', 'box', 'review'])
    .where('id', '=', detectionId)
    .executeTakeFirst()
  if (!row)
    throw new AppError(
      'not_found',
      `There is no detection ${detectionId}; a new look at the picture may have replaced it`,
    )
  return row
}

/** @throws AppError `not_found` */
async function lockAsset(tx: DatabaseTransaction, assetId: number): Promise<void> {
  const known = await lockAssets(tx, [assetId])
  if (!known.has(assetId)) throw new AppError('not_found', `There is no asset ${assetId}`)
}

type Named = {
  kind: 'object' | 'face'
  class_name: string | null
  label: string
  box: number[]
  review: DetectionReview
}

/** Who draws something or gives it a name of their own says who or what it is; to confirm a model's word is less. */
function namedRegion({ kind, class_name, label, box, review }: Named): Region | null {
  if ((review !== 'confirmed' && review !== 'drawn') || label === class_name) return null
  return { kind: kind === 'face' ? 'person' : 'object', name: label, box: box as Region['box'] }
}
