import type { Queryable } from '../db/database.ts'
import { type ModelInUse, requireModelInUse } from './model-in-use.ts'

/**
 * The models whose vectors can be searched. `former`: the one before the one in use, which answers until the other has
 * looked at nearly everything; null when it has, or there was none.
 */
export type SearchSpaces = { inUse: ModelInUse; former: ModelInUse | null }

/** @throws AppError `model_missing` when no model is in use, with what to do */
export async function requireSearchSpaces(db: Queryable): Promise<SearchSpaces> {
  const inUse = await requireModelInUse(db, 'embed')
  const former = await db
    .selectFrom('task_model')
    .innerJoin('model', 'model.id', 'task_model.searched_model_id')
    .select(['model.id', 'model.key', 'model.card'])
    .where('task_model.task', '=', 'embed')
    .where('model.id', '<>', inUse.id)
    .executeTakeFirst()
  return { inUse, former: former ?? null }
}
