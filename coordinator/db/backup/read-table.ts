import type { DatabaseSession } from './database-session.ts'
import { type CatalogueTable, quoteName } from './read-catalogue.ts'

/** A page holds up to a few hundred rows, whose large values lie elsewhere: small steps until they are known. */
const FIRST_PAGES = 8
const MAX_PAGES = 4_096
const WANTED_BYTES = 2 * 1024 * 1024

/**
 * All rows of a table as COPY text, in parts of about two megabytes.
 *
 * Read by ranges of pages, which needs no key and no sorting, and sees each row once as long as the session
 * stays in one snapshot, or has the database alone.
 */
export async function* readTable(session: DatabaseSession, table: CatalogueTable): AsyncGenerator<Buffer> {
  const name = quoteName(table.name)
  const columns = table.columns.map(quoteName).join(', ')
  const [size] = await session.query<{ pages: number }>(
    `select (pg_relation_size('${name.replaceAll("'", "''")}') / current_setting('block_size')::int)::int as pages`,
  )
  const pages = size?.pages ?? 0
  let step = FIRST_PAGES
  for (let page = 0; page < pages; ) {
    const next = page + step
    const rows = await session.copyOut(
      `select ${columns} from ${name} where ctid >= '(${page},0)' and ctid < '(${next},0)'`,
    )
    if (rows.length > 0) yield rows
    page = next
    step = nextStep(step, rows.length)
  }
}

/** Pages for the next part: at most twice as many as for the last. */
export function nextStep(pages: number, bytes: number): number {
  const wanted = bytes === 0 ? pages * 2 : Math.round((pages * WANTED_BYTES) / bytes)
  return Math.max(1, Math.min(wanted, pages * 2, MAX_PAGES))
}
