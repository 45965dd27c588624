import { sql } from 'kysely'
import { AppError } from '../../protocol/errors.ts'
import { jobContracts } from '../../protocol/jobs.ts'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import type { AskDependencies } from '../detections/ask-outline.ts'
import { awaitJob } from '../jobs/await-job.ts'
import { enqueueJobs } from '../jobs/enqueue.ts'
import { findAsleep, machineAsleep } from '../models/find-asleep.ts'
import type { ModelInUse } from '../models/model-in-use.ts'

const LIMIT_MS = 5_000

export type QueryVector = {
  /** As Postgres writes it; null: the model has a fixed list of words, and these are not among them. */
  vector: string | null
  suggestions: string[]
}

/**
 * Words as a vector of a model: from the last time they were asked for, or from a machine that has the model.
 *
 * Where only a machine that sleeps could answer, and its policy lets it be woken, the job that waits for it wakes it.
 *
 * @throws AppError `model_missing` when the model takes no words, or no machine could answer now; `machine_asleep` when
 *   one is being woken for it; `timed_out`
 */
export async function requireQueryVector(
  dependencies: AskDependencies,
  model: ModelInUse,
  words: string,
  signal: AbortSignal,
): Promise<QueryVector> {
  const { db, ends } = dependencies
  if (model.card.queries === 'none')
    throw new AppError(
      'model_missing',
      `“${model.card.name}” knows pictures and no words: bring its text tower, or use another model with “hearth models use embed”`,
    )
  const text = normaliseWords(words)
  const known = await findAnswer(db, model.id, text)
  if (known) return known
  const asleep = await findAsleep(db, 'query', model.key)
  const jobId = await ask(db, model, text)
  if (asleep !== undefined) throw machineAsleep(asleep)
  if (jobId !== undefined) {
    dependencies.hintUrgent('query')
    await awaitJob(db, ends, jobId, { limitMs: LIMIT_MS, signal })
  }
  const answer = await findAnswer(db, model.id, text)
  if (!answer) throw new AppError('internal', 'A search has ended without an answer')
  return answer
}

/** The same question is asked once, however it was typed. */
export function normaliseWords(words: string): string {
  return words
    .normalize('NFC')
    .replaceAll('\0', '')
    .toWellFormed()
    .trim()
    .replaceAll(/\s+/g, ' ')
    .toLowerCase()
}

async function findAnswer(db: Database, modelId: number, text: string): Promise<QueryVector | undefined> {
  return await db
    .selectFrom('query_vector')
    .select(['vector', 'suggestions'])
    .where('model_id', '=', modelId)
    .where('text', '=', text)
    .where('answered_at', 'is not', null)
    .executeTakeFirst()
}

/** Of several who ask at once, all wait for one job; undefined when it has just been answered. */
async function ask(db: Database, model: ModelInUse, text: string): Promise<number | undefined> {
  return await transact(db, { durable: false }, async (tx) => {
    const { rows } = await sql<{ id: number; isAnswered: boolean }>`
      insert into query_vector (model_id, text) values (${model.id}, ${text})
      on conflict (model_id, text) do update set asked_at = now()
      returning id, answered_at is not null as "isAnswered"`.execute(tx)
    const { id: subjectId, isAnswered } = rows[0]!
    if (isAnswered) return undefined
    const kind = 'query.embed'
    const [jobId] = await enqueueJobs(tx, [
      { kind, contract: jobContracts[kind], subjectId, libraryId: null, model: model.key },
    ])
    if (jobId !== undefined) return jobId
    const open = await tx
      .selectFrom('job')
      .select('id')
      .where('kind', '=', kind)
      .where('subject_id', '=', subjectId)
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
    return open.id
  })
}
