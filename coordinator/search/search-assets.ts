import type { RouteAnswer } from '../../protocol/api/routes.ts'
import type { SearchQuery, SimilarQuery } from '../../protocol/api/vision-routes.ts'
import { AppError } from '../../protocol/errors.ts'
import type { Database } from '../db/database.ts'
import type { AskDependencies } from '../detections/ask-outline.ts'
import { requireModelInUse } from '../models/model-in-use.ts'
import { nearestAssets } from './nearest-assets.ts'
import { requireQueryVector } from './query-vector.ts'

/**
 * Assets by what is to be seen in them.
 *
 * @throws AppError `model_missing` when no model is in use, or no machine can turn the words into a vector now
 */
export async function searchAssets(
  dependencies: AskDependencies,
  { q, cursor, limit, ...filters }: SearchQuery,
  signal: AbortSignal,
): Promise<RouteAnswer<'search'>> {
  const { db } = dependencies
  const model = await requireModelInUse(db, 'embed')
  const { vector, suggestions } = await requireQueryVector(dependencies, model, q, signal)
  if (vector === null) return { items: [], nextCursor: null, model: model.key, suggestions }
  const { id, card } = model
  const page = await nearestAssets(db, {
    model: { id, dimensions: requireDimensions(card) },
    vector,
    filters,
    cursor,
    limit,
  })
  return { ...page, model: model.key, suggestions }
}

/**
 * Assets that look like this one.
 *
 * @throws AppError `not_found`, `model_missing` when no model is in use, or it has not looked at this asset
 */
export async function similarAssets(
  db: Database,
  assetId: number,
  { cursor, limit, ...filters }: SimilarQuery,
): Promise<RouteAnswer<'listSimilar'>> {
  const asset = await db.selectFrom('asset').select('id').where('id', '=', assetId).executeTakeFirst()
  if (!asset) throw new AppError('not_found', `There is no asset ${assetId}`)
  const { id, key, card } = await requireModelInUse(db, 'embed')
  const own = await db
    .selectFrom('asset_embedding')
    .select('vector')
    .where('asset_id', '=', assetId)
    .where('model_id', '=', id)
    .executeTakeFirst()
  if (!own) throw new AppError('model_missing', `“${card.name}” has not looked at this picture yet`)
  const page = await nearestAssets(db, {
    model: { id, dimensions: requireDimensions(card) },
    vector: own.vector,
    filters,
    exceptAssetId: assetId,
    cursor,
    limit,
  })
  return { ...page, model: key }
}

function requireDimensions({ name, dimensions }: { name: string; dimensions: number | null }): number {
  if (dimensions === null)
    throw new AppError('model_missing', `“${name}” makes no vectors: choose another model`)
  return dimensions
}
