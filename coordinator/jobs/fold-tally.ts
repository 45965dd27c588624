import { sql } from 'kysely'
import type { Queryable } from '../db/database.ts'

/** Rows of the tally beyond which it is folded into one row for each lane and state. */
const FOLD_ABOVE_ROWS = 500

/** Replaces the tally's rows by their sums, in one statement, so that readers see the one or the other. */
export async function foldTally(db: Queryable): Promise<void> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from (select 1 from job_tally limit ${FOLD_ABOVE_ROWS + 1}) first_rows`.execute(db)
  if ((rows[0]?.count ?? 0) <= FOLD_ABOVE_ROWS) return
  await sql`
    with gone as (delete from job_tally returning lane_id, state, amount)
    insert into job_tally (lane_id, state, amount)
    select lane_id, state, sum(amount) from gone
    where lane_id in (select id from lane)
    group by lane_id, state having sum(amount) <> 0`.execute(db)
}
