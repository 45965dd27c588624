import { sql } from 'kysely'
import type { Queryable } from '../db/database.ts'
import { comesAfter, distanceTo, type NearQuestion, type NearRow } from './near-question.ts'
import { tileColumns } from './tile-row.ts'

/**
 * So many of the likeliest are compared exactly. Of 100,000 generated vectors, 2,000 hold 94 % of the fifty nearest to
 * words and all of those nearest to a picture, 3,000 hold 97 %, 4,000 hold 99 %.
 */
const CANDIDATES = 3_000

/**
 * The nearest among those whose signs differ least from what is asked for: all signatures are looked at, a sixteenth of
 * what the vectors would be, and then few vectors. Exact while there are no more than these few. Assets are looked up in the
 * order of their nearness, until there are enough: for all candidates that took a third of the time.
 *
 * @param isFiltered the filter is asked before the candidates are chosen; else only of them, which spares a look at
 *   every asset
 * @returns fewer than asked for where the candidates do not suffice
 */
export async function nearestBySignature(
  db: Queryable,
  question: NearQuestion,
  isFiltered: boolean,
): Promise<NearRow[]> {
  const { where, model, vector, after, amount } = question
  const distance = distanceTo(question)
  const { rows } = await sql<NearRow>`
    select ${tileColumns}, near.distance from (
      select e.asset_id as id, ${distance} as distance from (
        select s.asset_id from asset_signature s
        ${isFiltered ? sql`join asset a on a.id = s.asset_id` : sql``}
        where s.model_id = ${sql.lit(model.id)} ${isFiltered ? sql`and ${where}` : sql``}
        order by s.bits <~> binary_quantize(${vector}::halfvec) limit ${sql.lit(CANDIDATES)}) candidate
      join asset_embedding e on e.asset_id = candidate.asset_id and e.model_id = ${sql.lit(model.id)}
      where true ${comesAfter(distance, after)}
      order by distance, id) near
    join asset a on a.id = near.id
    where ${where} order by near.distance, near.id limit ${amount}`.execute(db)
  return rows
}
