import { sql } from 'kysely'
import type { Queryable } from '../database.ts'

/** A table or an index with something on the disk, smallest first, Postgres' own included. */
export type CheckedObject = {
  oid: number
  name: string
  /** `other`: of a kind that amcheck cannot read, such as the index of vectors. */
  kind: 'heap' | 'btree' | 'other'
  pages: number
}

/** The name for people of a row of `pg_class c`. */
export const objectName = sql<string>`case c.relkind
    when 'i' then 'index '
    when 't' then 'long values of table '
    else 'table ' end
  || case c.relkind
    when 't' then coalesce((select owner.oid::regclass::text from pg_class owner where owner.reltoastrelid = c.oid), c.relname)
    else c.oid::regclass::text end`

export async function listCheckedObjects(db: Queryable): Promise<CheckedObject[]> {
  const { rows } = await sql<CheckedObject>`
    select c.oid::bigint as oid, ${objectName} as name,
      case when c.relkind <> 'i' then 'heap' when am.amname = 'btree' then 'btree' else 'other' end as kind,
      pg_relation_size(c.oid) / current_setting('block_size')::integer as pages
    from pg_class c
    left join pg_am am on am.oid = c.relam
    left join pg_index i on i.indexrelid = c.oid
    where c.relkind in ('r', 'm', 't', 'i') and c.relpersistence <> 't'
      and coalesce(i.indisvalid and i.indisready, true)
    order by pages, c.oid`.execute(db)
  return rows.filter(({ pages }) => pages > 0)
}
