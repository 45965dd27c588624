import type { SearchProgress } from '../../protocol/api/vision-routes.ts'
import type { Queryable } from '../db/database.ts'
import type { ModelInUse } from '../models/model-in-use.ts'
import type { SearchSpaces } from '../models/search-spaces.ts'
import { hasCaughtUp } from '../models/settle-search.ts'
import { readCoverage } from '../models/task-coverage.ts'

/**
 * What a search could not know, for people.
 *
 * @param answering the one of both models that has answered
 * @returns null when the model in use has answered and has looked at nearly everything
 */
export async function readSearchProgress(
  db: Queryable,
  { inUse, former }: SearchSpaces,
  answering: ModelInUse,
): Promise<SearchProgress | null> {
  const coverage = (await readCoverage(db)).get('embed')!
  const isFormer = former !== null && answering.id === former.id
  if (!isFormer && hasCaughtUp(coverage)) return null
  const { done, total } = coverage
  return { model: inUse.card.name, done, total, former: isFormer ? former.card.name : null }
}
