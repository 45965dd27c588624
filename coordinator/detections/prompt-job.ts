import { sql } from 'kysely'
import type { SegmentAnswer } from '../../protocol/detections.ts'
import { AppError } from '../../protocol/errors.ts'
import { type JobResult, jobContracts } from '../../protocol/jobs.ts'
import type { Prompt } from '../../protocol/vision.ts'
import { type DatabaseTransaction, prepared, type Queryable } from '../db/database.ts'
import type { FinishedJob, JobType, LeasedJob } from '../jobs/job-type.ts'
import { inputFiles } from '../sources/input-files.ts'
import { requireMaskFits } from './require-mask.ts'

/** So long somebody waits for an outline. */
export const PROMPT_LIMIT_MS = 10_000

/** `asset.prompt`: the outline of what somebody points at. Its subject is the row of the question. */
export const promptJob: JobType = {
  contract: jobContracts['asset.prompt'],
  changes: ['models'],
  runsOffline: true,
  buildInputs: promptInputs,
  inputFiles: async (db, job) => {
    const { rows } = await sql<{ id: number }>`select a.cover_file_id as id from prompt
      join asset a on a.id = prompt.asset_id where prompt.id = ${job.subjectId} and a.cover_file_id is not null`.execute(
      db,
    )
    return rows.map(({ id }) => id)
  },
  apply: (tx, job, result) => takeOutline(tx, job, result as JobResult<'asset.prompt'>),
}

/** A question for whose answer nobody waits any more has none. */
async function promptInputs(db: Queryable, jobs: readonly LeasedJob[]): Promise<Map<number, unknown>> {
  const { rows } = await sql<{ id: number; prompt: Prompt; model: string; fileId: number }>`${prepared}
    select prompt.id, prompt.prompt, model.key as model, a.cover_file_id as "fileId" from prompt
    join model on model.id = prompt.model_id join asset a on a.id = prompt.asset_id
    where prompt.id = any(${jobs.map(({ subjectId }) => subjectId)}::bigint[]) and a.cover_file_id is not null
      and prompt.asked_at > now() - ${PROMPT_LIMIT_MS} * interval '1 millisecond'`.execute(db)
  const prompts = new Map(rows.map((row) => [row.id, row]))
  const files = await inputFiles(
    db,
    rows.map(({ fileId }) => fileId),
  )
  return new Map(
    jobs.flatMap(({ id, subjectId }): [number, unknown][] => {
      const asked = prompts.get(subjectId)
      const file = asked && files.get(asked.fileId)
      return file?.preview ? [[id, { model: asked!.model, file, prompt: asked!.prompt }]] : []
    }),
  )
}

/** What who points is told. @param model that gave it */
export function answerOf(
  { mask, box, score, stagesMs }: JobResult<'asset.prompt'>,
  model: string,
): SegmentAnswer {
  return { mask, box, score, model, stagesMs }
}

async function takeOutline(
  tx: DatabaseTransaction,
  job: FinishedJob,
  result: JobResult<'asset.prompt'>,
): Promise<void> {
  const { previewHash, problem, mask } = result
  const { rows } = await sql<{ model: string; hash: string; widthPx: number; heightPx: number }>`${prepared}
    select model.key as model, encode(preview.hash, 'hex') as hash, preview.width_px as "widthPx",
      preview.height_px as "heightPx" from prompt
    join model on model.id = prompt.model_id join asset a on a.id = prompt.asset_id
    join derived_file preview on preview.file_id = a.cover_file_id and preview.kind = 'preview'
    where prompt.id = ${job.subjectId}`.execute(tx)
  const asked = rows[0]
  if (!asked) return
  if (asked.hash !== previewHash)
    throw new AppError('file_changed', 'The picture has changed in the meantime; point at it again')
  if (problem !== null) throw new AppError('model_failed', `This picture cannot be outlined: ${problem}`)
  requireMaskFits(mask, asked)
  const answer = answerOf(result, asked.model)
  await tx
    .updateTable('prompt')
    .set({ answer: JSON.stringify(answer) })
    .where('id', '=', job.subjectId)
    .execute()
}
