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
  // Asked while every machine that could answer was asleep: it is not to wake one any more.
  await sql`update job set state = 'cancelled', finished_at = now(), error_message = 'Nobody waits for the answer'
    where kind = 'asset.prompt' and state = 'queued'
      and not exists (select from prompt where prompt.id = job.subject_id)`.execute(db)
  await sql`delete from query_vector where asked_at < now() - make_interval(days => ${KEEP_QUERY_DAYS})`.execute(
    db,
  )
}
