import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { SegmentAnswer } from '../../protocol/detections.ts'
import { AppError } from '../../protocol/errors.ts'
import { jobContracts } from '../../protocol/jobs.ts'
import type { Prompt } from '../../protocol/vision.ts'
import type { Database, Queryable } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import { awaitJob } from '../jobs/await-job.ts'
import { cancelJob } from '../jobs/control.ts'
import { enqueueJobs } from '../jobs/enqueue.ts'
import type { JobEnds } from '../jobs/job-ends.ts'
import type { JobTypes } from '../jobs/job-type.ts'
import { findAsleep, machineAsleep } from '../models/find-asleep.ts'
import { requireModelInUse } from '../models/model-in-use.ts'
import { answerOf, PROMPT_LIMIT_MS } from './prompt-job.ts'

export type AskDependencies = {
  db: Database
  types: JobTypes
  ends: JobEnds
  /** A job has come that somebody waits for. */
  hintUrgent: (capability: 'segment' | 'query') => void
  /** A machine works on something for nobody. */
  revoke: (agentId: number, jobId: number) => void
}

/** A machine that can answer is at it by then; only whoever waits longer is told that there may be none. */
const MACHINE_CHECK_MS = 150

/**
 * Has what somebody points at outlined, while they wait.
 *
 * Where only a machine that sleeps could answer, and its policy lets it be woken, the question stays in the queue and
 * wakes it.
 *
 * @throws AppError `not_found` for an asset without a picture, `model_missing` when no machine could answer now,
 *   `machine_asleep` when one is being woken for it, `timed_out`, or why the picture could not be outlined
 */
export async function askOutline(
  dependencies: AskDependencies,
  assetId: number,
  prompt: Prompt,
  { accountId, signal }: { accountId: number; signal: AbortSignal },
): Promise<SegmentAnswer> {
  const { db, types, ends } = dependencies
  // In one transaction: on the embedded database each statement of its own would wait for everybody else's turn.
  const { promptId, jobId, model } = await transact(db, { durable: false }, async (tx) => {
    await requirePreview(tx, assetId)
    const model = await requireModelInUse(tx, 'segment')
    const { id } = await tx
      .insertInto('prompt')
      .values({
        asset_id: assetId,
        model_id: model.id,
        account_id: accountId,
        prompt: JSON.stringify(prompt),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    const kind = 'asset.prompt'
    const [jobId] = await enqueueJobs(tx, [
      { kind, contract: jobContracts[kind], subjectId: id, libraryId: null, model: model.key },
    ])
    return { promptId: id, jobId: jobId!, model: model.key }
  })
  const heard = new AbortController()
  let taken: unknown
  try {
    // Listened for before anybody can have answered.
    const end = awaitJob(db, ends, jobId, {
      limitMs: PROMPT_LIMIT_MS,
      signal: AbortSignal.any([signal, heard.signal]),
    })
    dependencies.hintUrgent('segment')
    const hasEnded = await Promise.race([end.then(() => true), sleep(MACHINE_CHECK_MS, false)])
    if (!hasEnded) await Promise.race([end, requireAwake(db, model).then(() => end)])
    taken = await end
  } catch (error) {
    heard.abort()
    if (error instanceof AppError && error.code === 'machine_asleep') {
      await dropEarlier(db, promptId, accountId)
      throw error
    }
    // It may have ended by itself in this moment.
    const cancelled = await cancelJob(db, types, jobId, accountId).catch(() => undefined)
    if (cancelled?.agentId) dependencies.revoke(cancelled.agentId, jobId)
    throw error
  }
  if (taken !== undefined) return answerOf(jobContracts['asset.prompt'].result.parse(taken), model)
  const { answer } = await db
    .selectFrom('prompt')
    .select('answer')
    .where('id', '=', promptId)
    .executeTakeFirstOrThrow()
  if (!answer) throw new AppError('internal', `Question ${promptId} has ended without an answer`)
  return answer
}

async function requirePreview(db: Queryable, assetId: number): Promise<void> {
  const preview = await db
    .selectFrom('asset')
    .innerJoin('derived_file', 'derived_file.file_id', 'asset.cover_file_id')
    .select('asset.id')
    .where('asset.id', '=', assetId)
    .where('derived_file.kind', '=', 'preview')
    .executeTakeFirst()
  if (!preview) throw new AppError('not_found', `Asset ${assetId} has no picture, or not yet`)
}

/** @throws AppError `model_missing`, or `machine_asleep` when the question wakes the machine that could answer it */
async function requireAwake(db: Database, model: string): Promise<void> {
  const asleep = await findAsleep(db, 'segment', model)
  if (asleep !== undefined) throw machineAsleep(asleep)
}

/**
 * Of what a person asks while a machine is woken, only the last question waits. Each would wake it, and only that one
 * is still wanted. Whoever has asked in this moment still listens, in another window.
 */
async function dropEarlier(db: Database, promptId: number, accountId: number): Promise<void> {
  await sql`
    update job set state = 'cancelled', finished_at = now(), error_message = 'Another question was asked instead'
    where id in (select job.id from prompt join job on job.kind = 'asset.prompt' and job.subject_id = prompt.id
      where prompt.account_id = ${accountId} and prompt.id < ${promptId}
        and prompt.asked_at < now() - interval '1 second' and job.state = 'queued'
      for update of job skip locked)`.execute(db)
}
