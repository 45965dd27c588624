import type { RouteAnswer } from '../../protocol/api/routes.ts'
import type { SearchQuery, SimilarQuery } from '../../protocol/api/vision-routes.ts'
import { AppError } from '../../protocol/errors.ts'
import type { Database } from '../db/database.ts'
import type { AskDependencies } from '../detections/ask-outline.ts'
import type { ModelInUse } from '../models/model-in-use.ts'
import { requireSearchSpaces, type SearchSpaces } from '../models/search-spaces.ts'
import { decodeCursor, NearCursor } from './cursor.ts'
import { nearestAssets } from './nearest-assets.ts'
import { normaliseWords, type QueryVector, requireQueryVector } from './query-vector.ts'
import { readSearchProgress } from './search-progress.ts'

/**
 * Assets by what is to be seen in them.
 *
 * @throws AppError `model_missing` when no model is in use, or no machine can turn the words into a vector now;
 *   `bad_request` for a cursor of another search
 */
export async function searchAssets(
  dependencies: AskDependencies,
  { q, cursor, limit, ...filters }: SearchQuery,
  signal: AbortSignal,
): Promise<RouteAnswer<'search'>> {
  const { db } = dependencies
  const spaces = await requireSearchSpaces(db)
  const after = cursor === undefined ? undefined : decodeCursor(NearCursor, cursor)
  const { model, answer } = await askWords(dependencies, chooseModels(spaces, after), q, signal)
  const progress = await readSearchProgress(db, spaces, model)
  const { vector, suggestions } = answer
  if (vector === null) return { items: [], nextCursor: null, model: model.key, progress, suggestions }
  const page = await nearestAssets(db, {
    model: requireVectors(model),
    vector,
    question: `words ${normaliseWords(q)}`,
    filters,
    after,
    limit,
  })
  return { ...page, model: model.key, progress, suggestions }
}

/**
 * Assets that look like this one.
 *
 * @throws AppError `not_found`, `model_missing` when no model is in use, or none has looked at this asset;
 *   `bad_request` for a cursor of another search
 */
export async function similarAssets(
  db: Database,
  assetId: number,
  { cursor, limit, ...filters }: SimilarQuery,
): Promise<RouteAnswer<'listSimilar'>> {
  const asset = await db.selectFrom('asset').select('id').where('id', '=', assetId).executeTakeFirst()
  if (!asset) throw new AppError('not_found', `There is no asset ${assetId}`)
  const spaces = await requireSearchSpaces(db)
  const after = cursor === undefined ? undefined : decodeCursor(NearCursor, cursor)
  const vectors = await readVectors(db, assetId)
  const model = chooseModels(spaces, after).find(({ id }) => vectors.has(id))
  if (!model)
    throw new AppError('model_missing', `“${spaces.inUse.card.name}” has not looked at this picture yet`)
  const page = await nearestAssets(db, {
    model: requireVectors(model),
    vector: vectors.get(model.id)!,
    question: `asset ${assetId}`,
    filters,
    exceptAssetId: assetId,
    after,
    limit,
  })
  return { ...page, model: model.key, progress: await readSearchProgress(db, spaces, model) }
}

/**
 * Who may answer, in this order: the former model as long as there is one, because it knows more. A list goes on with
 * the model with which it began.
 *
 * @throws AppError `bad_request` when that is not searched any more
 */
function chooseModels({ inUse, former }: SearchSpaces, after: NearCursor | undefined): ModelInUse[] {
  const models = former ? [former, inUse] : [inUse]
  if (!after) return models
  const model = models.find(({ id }) => id === after.model)
  if (!model)
    throw new AppError('bad_request', 'Another model answers by now; start again without the cursor')
  return [model]
}

/** Of the first of these models that can be asked now; of the last, why it cannot. */
async function askWords(
  dependencies: AskDependencies,
  [model, ...others]: ModelInUse[],
  words: string,
  signal: AbortSignal,
): Promise<{ model: ModelInUse; answer: QueryVector }> {
  try {
    return { model: model!, answer: await requireQueryVector(dependencies, model!, words, signal) }
  } catch (error) {
    const isAway = error instanceof AppError && error.code === 'model_missing'
    if (!isAway || others.length === 0) throw error
    return await askWords(dependencies, others, words, signal)
  }
}

async function readVectors(db: Database, assetId: number): Promise<Map<number, string>> {
  const rows = await db
    .selectFrom('asset_embedding')
    .select(['model_id', 'vector'])
    .where('asset_id', '=', assetId)
    .execute()
  return new Map(rows.map(({ model_id, vector }) => [model_id, vector]))
}

function requireVectors({ id, card: { name, dimensions } }: ModelInUse): { id: number; dimensions: number } {
  if (dimensions === null)
    throw new AppError('model_missing', `“${name}” makes no vectors: choose another model`)
  return { id, dimensions }
}
