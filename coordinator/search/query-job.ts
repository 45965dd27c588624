import { sql } from 'kysely'
import { type JobResult, jobContracts } from '../../protocol/jobs.ts'
import { storableText } from '../../protocol/media.ts'
import type { DatabaseTransaction, Queryable } from '../db/database.ts'
import { readVector } from '../detections/read-vector.ts'
import type { FinishedJob, JobType, LeasedJob } from '../jobs/job-type.ts'

/** `query.embed`: words as a vector. Its subject is the row in which the answer is kept for the next who asks. */
export const queryJob: JobType = {
  contract: jobContracts['query.embed'],
  changes: ['models'],
  runsOffline: true,
  buildInputs: queryInputs,
  apply: (tx, job, result) => takeVector(tx, job, result as JobResult<'query.embed'>),
}

async function queryInputs(db: Queryable, jobs: readonly LeasedJob[]): Promise<Map<number, unknown>> {
  const { rows } = await sql<{ id: number; model: string; text: string }>`
    select job.id, model.key as model, query.text from job
    join query_vector query on query.id = job.subject_id join model on model.id = query.model_id
    where job.id = any(${jobs.map(({ id }) => id)}::bigint[])`.execute(db)
  return new Map(rows.map(({ id, model, text }) => [id, { model, text }]))
}

async function takeVector(
  tx: DatabaseTransaction,
  job: FinishedJob,
  { embedding, suggestions }: JobResult<'query.embed'>,
): Promise<void> {
  const { rows } = await sql<{ dimensions: number | null }>`
    select (model.card->>'dimensions')::int as dimensions from query_vector query
    join model on model.id = query.model_id where query.id = ${job.subjectId}`.execute(tx)
  if (!rows[0]) return
  const vector = embedding === null ? null : readVector(embedding, rows[0].dimensions)
  await sql`
    update query_vector set vector = ${vector}::halfvec, suggestions = ${suggestions.map(storableText)}::text[],
      answered_at = now()
    where id = ${job.subjectId}`.execute(tx)
}
