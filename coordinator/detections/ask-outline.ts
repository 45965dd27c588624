import { setTimeout as sleep } from 'node:timers/promises'
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
import { requireModelInUse } from '../models/model-in-use.ts'
import { requireMachine } from '../models/require-machine.ts'
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
 * @throws AppError `not_found` for an asset without a picture, `model_missing` when no machine could answer now,
 *   `timed_out`, or why the picture could not be outlined
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
  let taken: unknown
  try {
    // Listened for before anybody can have answered.
    const end = awaitJob(db, ends, jobId, { limitMs: PROMPT_LIMIT_MS, signal })
    dependencies.hintUrgent('segment')
    const hasEnded = await Promise.race([end.then(() => true), sleep(MACHINE_CHECK_MS, false)])
    if (!hasEnded) await Promise.race([end, requireMachine(db, 'segment', model).then(() => end)])
    taken = await end
  } catch (error) {
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
