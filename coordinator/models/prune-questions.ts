import { sql } from 'kysely'
import type { Queryable } from '../db/database.ts'

/** A pointing finger has its answer within seconds; what people search for comes again. */
const KEEP_PROMPT_HOURS = 1
const KEEP_QUERY_DAYS = 90

/** Forgets what people pointed at and searched for long ago. */
export async function pruneQuestions(db: Queryable): Promise<void> {
  await sql`delete from prompt where asked_at < now() - make_interval(hours => ${KEEP_PROMPT_HOURS})`.execute(
    db,
  )
  await sql`delete from query_vector where asked_at < now() - make_interval(days => ${KEEP_QUERY_DAYS})`.execute(
    db,
  )
}
