import { sql } from 'kysely'
import type { Queryable } from '../db/database.ts'

/** Models know some hundred names; people may have given thousands more. */
const MOST_NAMES = 5_000

/**
 * What things in pictures are called, in the order of the database's alphabet.
 *
 * One step in the index for each name, so that it takes as long with millions of things as with few. A name that is
 * there only for what people have rejected is none.
 */
export async function listThings(db: Queryable): Promise<string[]> {
  const { rows } = await sql<{ label: string }>`
    with recursive name as (
      (select label from detection order by label limit 1)
      union all
      select (select next.label from detection next where next.label > name.label order by next.label limit 1)
        from name where name.label is not null
    )
    select label from name
    where label is not null
      and exists (select 1 from detection d where d.label = name.label and d.review <> 'rejected')
    limit ${MOST_NAMES}`.execute(db)
  return rows.map(({ label }) => label)
}
