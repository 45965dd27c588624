import { sql } from 'kysely'
import type { DatabaseTransaction } from '../db/database.ts'
import { comesAfter, distanceTo, type NearQuestion, type NearRow } from './near-question.ts'
import { tileColumns } from './tile-row.ts'

/** Candidates that the index keeps in view: the more, the less it misses. */
const EF_SEARCH = 400
/** As many as there can be: a filter that leaves a tenth leaves a tenth of them, and the index missed one in ten with 250. */
const EF_SEARCH_FILTERED = 1_000
/** The most that one walk through the index looks at. */
const MAX_SCAN_TUPLES = 40_000

/**
 * The nearest in the order of the HNSW index, walked further as long as the filter discards. Of those that are equally
 * near all or none, so that a page does not end between two.
 *
 * @returns fewer than asked for where the walk has ended before enough were found
 */
export async function nearestByIndex(
  tx: DatabaseTransaction,
  question: NearQuestion,
  isFiltered: boolean,
): Promise<NearRow[]> {
  const { where, model, after, amount } = question
  const distance = distanceTo(question)
  const inView = isFiltered
    ? EF_SEARCH_FILTERED
    : Math.min(EF_SEARCH_FILTERED, Math.max(EF_SEARCH, 2 * amount))
  await sql`select set_config('hnsw.iterative_scan', 'strict_order', true),
    set_config('hnsw.ef_search', ${String(inView)}, true),
    set_config('hnsw.max_scan_tuples', ${String(MAX_SCAN_TUPLES)}, true),
    set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true)`.execute(tx)
  const { rows } = await sql<NearRow>`
    select ${tileColumns}, near.distance from (
      select e.asset_id as id, ${distance} as distance
      from asset_embedding e join asset a on a.id = e.asset_id
      where ${where} and e.model_id = ${sql.lit(model.id)} ${comesAfter(distance, after)}
      order by ${distance} fetch first ${sql.lit(amount)} rows with ties) near
    join asset a on a.id = near.id order by near.distance, near.id limit ${amount}`.execute(tx)
  return rows
}
