import { sql } from 'kysely'
import type { DatabaseTransaction } from '../db/database.ts'
import { comesAfter, distanceTo, type NearQuestion, type NearRow } from './near-question.ts'
import { tileColumns } from './tile-row.ts'
import { vectorIndexName } from './vector-index.ts'

/** Candidates that the index keeps in view: the more, the less it misses. */
const EF_SEARCH = 400
/**
 * As many as there can be. A filter that leaves a tenth leaves a tenth of them, and the index missed one in ten with 250; among a
 * million vectors it missed one in five of those nearest to words with 400, and one in eleven with so many.
 */
const MOST_EF_SEARCH = 1_000
/** From so many vectors on. */
const MANY = 200_000
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
  const inView = isFiltered ? MOST_EF_SEARCH : Math.min(MOST_EF_SEARCH, Math.max(EF_SEARCH, 2 * amount))
  await sql`select set_config('hnsw.iterative_scan', 'strict_order', true),
    set_config('hnsw.ef_search', case when index.reltuples > ${MANY} then ${String(MOST_EF_SEARCH)} else ${String(inView)} end, true),
    set_config('hnsw.max_scan_tuples', ${String(MAX_SCAN_TUPLES)}, true),
    set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true)
    from pg_class index where index.oid = to_regclass(${vectorIndexName(model.id)})`.execute(tx)
  const { rows } = await sql<NearRow>`
    select ${tileColumns}, near.distance from (
      select e.asset_id as id, ${distance} as distance
      from asset_embedding e join asset a on a.id = e.asset_id
      where ${where} and e.model_id = ${sql.lit(model.id)} ${comesAfter(distance, after)}
      order by ${distance} fetch first ${sql.lit(amount)} rows with ties) near
    join asset a on a.id = near.id order by near.distance, near.id limit ${amount}`.execute(tx)
  return rows
}
