import { sql } from 'kysely'
import pg from 'pg'
import type { Queryable } from '../database.ts'
import { isDamage } from '../database-error.ts'
import type { CheckedObject } from './checked-objects.ts'

/** Pages of a table that are read by one statement, 8 MiB: on the embedded database nobody else is answered meanwhile. */
const PAGES_AT_ONCE = 1_024
/**
 * Up to this size, in pages of 8 KiB, it is also looked up whether each row of the table stands in the index. Of
 * larger ones only the order within is checked, which takes a fifth of the time.
 */
const MAX_PAGES_WITH_ROWS = 2_048
/** One is enough to know; a broken table may have millions. */
const MAX_MESSAGES = 3

/** A table that has become shorter since it was listed. */
const BEYOND_THE_END = '22023'
/** Also that a table is not there any more, and what Postgres itself did not think possible. */
const INTERNAL = 'XX000'

/** Postgres' own extension that reads tables and indexes and says what is wrong with them. */
export type Amcheck = {
  /** Asks a piece at a time, with a pause after each that is as long as it took. Returns what is wrong. */
  check(object: CheckedObject, pause: () => Promise<void>): Promise<string[]>
}

/** Undefined when the server has none or does not let this user have it. */
export async function openAmcheck(db: Queryable): Promise<Amcheck | undefined> {
  const schema = await findSchema(db)
  if (!schema) return undefined
  const heap = sql.id(schema, 'verify_heapam')
  const btree = sql.id(schema, 'bt_index_check')
  const { rows } = await sql<{ allowed: boolean }>`
    select bool_and(has_function_privilege(p.oid, 'execute')) as allowed from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = ${schema} and p.proname in ('verify_heapam', 'bt_index_check')`.execute(db)
  if (!rows[0]?.allowed) return undefined

  const checkPages = async (object: CheckedObject, from: number): Promise<string[]> => {
    const to = Math.min(from + PAGES_AT_ONCE, object.pages) - 1
    const { rows } = await sql<{ page: number; message: string }>`
      select blkno as page, msg as message
      from ${heap}(${object.oid}::oid::regclass, startblock => ${from}, endblock => ${to})
      limit ${MAX_MESSAGES}`.execute(db)
    return rows.map(({ page, message }) => `page ${page}: ${message}`)
  }
  const checkIndex = async ({ oid, pages }: CheckedObject): Promise<string[]> => {
    await sql`select ${btree}(${oid}::oid::regclass, ${pages <= MAX_PAGES_WITH_ROWS})`.execute(db)
    return []
  }
  const asMessages = async (object: CheckedObject, work: Promise<string[]>): Promise<string[]> => {
    try {
      return await work
    } catch (error) {
      if (isDamage(error)) return [error.message]
      if (!(error instanceof pg.DatabaseError)) throw error
      if (error.code === BEYOND_THE_END || !(await exists(db, object))) return []
      if (error.code === INTERNAL) return [error.message]
      throw error
    }
  }
  return {
    check: async (object, pause) => {
      if (object.kind === 'btree') {
        const messages = await asMessages(object, checkIndex(object))
        await pause()
        return messages
      }
      const messages: string[] = []
      for (let from = 0; from < object.pages && messages.length < MAX_MESSAGES; from += PAGES_AT_ONCE) {
        messages.push(...(await asMessages(object, checkPages(object, from))))
        await pause()
      }
      return messages
    },
  }
}

async function exists(db: Queryable, { oid }: CheckedObject): Promise<boolean> {
  const { rows } = await sql`select 1 from pg_class where oid = ${oid}`.execute(db)
  return rows.length > 0
}

/** Where the extension is; it is created where this user may. */
async function findSchema(db: Queryable): Promise<string | undefined> {
  const find = async () => {
    const { rows } = await sql<{ schema: string }>`select n.nspname::text as schema from pg_extension e
      join pg_namespace n on n.oid = e.extnamespace where e.extname = 'amcheck'`.execute(db)
    return rows[0]?.schema
  }
  const known = await find()
  if (known) return known
  try {
    await sql`create extension if not exists amcheck`.execute(db)
  } catch (error) {
    // Refused by the server; a line that broke is another matter.
    if (!(error instanceof pg.DatabaseError)) throw error
  }
  return await find()
}
