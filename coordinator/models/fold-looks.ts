import { sql } from 'kysely'
import type { Queryable } from '../db/database.ts'

/** Rows of the tally beyond which it is folded into one row for each model and outcome. */
const FOLD_ABOVE_ROWS = 200

/** Replaces the tally's rows by their sums, in one statement, so that readers see the one or the other. */
export async function foldLooks(db: Queryable): Promise<void> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from (select 1 from look_tally limit ${FOLD_ABOVE_ROWS + 1}) first_rows`.execute(db)
  if ((rows[0]?.count ?? 0) <= FOLD_ABOVE_ROWS) return
  await sql`
    with gone as (delete from look_tally returning model_id, is_problem, amount)
    insert into look_tally (model_id, is_problem, amount)
    select model_id, is_problem, sum(amount) from gone group by model_id, is_problem having sum(amount) <> 0`.execute(
    db,
  )
}
