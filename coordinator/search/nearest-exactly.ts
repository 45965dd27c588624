import { sql } from 'kysely'
import type { Queryable } from '../db/database.ts'
import { comesAfter, distanceTo, type NearQuestion, type NearRow } from './near-question.ts'
import { tileColumns } from './tile-row.ts'

/** The nearest by the distances of all that the filter leaves: 7 µs each on the embedded database, 2 µs on a server. */
export async function nearestExactly(db: Queryable, question: NearQuestion): Promise<NearRow[]> {
  // Nothing is added to the distance: so it is not the index's expression.
  const distance = sql`${distanceTo(question)} + 0`
  const { where, model, after, amount } = question
  const { rows } = await sql<NearRow>`
    select ${tileColumns}, near.distance from (
      select e.asset_id as id, ${distance} as distance from asset_embedding e join asset a on a.id = e.asset_id
      where ${where} and e.model_id = ${sql.lit(model.id)} ${comesAfter(distance, after)}
      order by distance, id limit ${amount}) near
    join asset a on a.id = near.id order by near.distance, near.id`.execute(db)
  return rows
}
