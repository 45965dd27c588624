import { sql } from 'kysely'
import { AppError } from '../../protocol/errors.ts'
import { storableText } from '../../protocol/media.ts'
import type { StageTimes, VisionTask } from '../../protocol/models.ts'
import { type DatabaseTransaction, prepared } from '../db/database.ts'
import type { FinishedJob } from '../jobs/job-type.ts'
import { followPreviews } from './follow-previews.ts'

/** What every look gives, beside what it found. */
export type Looked = {
  previewHash: string
  provider: string
  batch: number
  stagesMs: StageTimes
  problem: string | null
}

export type OpenLook = {
  assetId: number
  modelId: number
  /** Vectors of this model have so many numbers; null: it makes none. */
  dimensions: number | null
  preview: { widthPx: number; heightPx: number }
}

/**
 * Notes that a model has looked at an asset, and holds the asset until the transaction ends: of two results, and of a
 * result and a person's word, the later one sees the earlier.
 *
 * @returns undefined when nothing may be stored: the asset is gone, or another model is in use by now, whose look is
 *   queued then
 * @throws AppError `file_changed` when another picture was looked at than the one that is shown now
 */
export async function openLook(
  tx: DatabaseTransaction,
  job: FinishedJob,
  task: VisionTask,
  looked: Looked,
): Promise<OpenLook | undefined> {
  const assetId = job.subjectId
  // In a statement of its own: what the next one reads is as it is once the asset is ours.
  await sql`${prepared} select 1 from asset where id = ${assetId} for no key update`.execute(tx)
  const { rows } = await sql<LookedAt>`${prepared}
    select encode(preview.hash, 'hex') as hash, preview.width_px as "widthPx", preview.height_px as "heightPx",
      model.id as "modelId", (model.card->>'dimensions')::int as dimensions,
      coalesce(model.id = (select model_id from task_model where task = ${task}), false) as "inUse"
    from asset a
    left join derived_file preview on preview.file_id = a.cover_file_id and preview.kind = 'preview'
    left join job on job.id = ${job.id}
    left join lane on lane.id = job.lane_id
    left join model on model.key = lane.model
    where a.id = ${assetId}`.execute(tx)
  const seen = rows[0]
  if (!seen) return undefined
  if (!seen.inUse || seen.modelId === null) {
    await followPreviews(tx, [assetId], [task])
    return undefined
  }
  if (seen.hash !== looked.previewHash || seen.widthPx === null || seen.heightPx === null) {
    throw new AppError(
      'file_changed',
      'The picture that was looked at is not the one that is shown now; it is looked at again',
    )
  }
  await noteLook(tx, assetId, task, seen.modelId, looked)
  return {
    assetId,
    modelId: seen.modelId,
    dimensions: seen.dimensions,
    preview: { widthPx: seen.widthPx, heightPx: seen.heightPx },
  }
}

type LookedAt = {
  hash: string | null
  widthPx: number | null
  heightPx: number | null
  modelId: number | null
  dimensions: number | null
  inUse: boolean
}

async function noteLook(
  tx: DatabaseTransaction,
  assetId: number,
  task: VisionTask,
  modelId: number,
  { previewHash, provider, batch, stagesMs, problem }: Looked,
): Promise<void> {
  const { fetch, decode, prepare, infer, read } = stagesMs
  const preview = previewHash.slice(0, 12)
  await sql`${prepared}
    insert into asset_look (asset_id, task, model_id, preview, counted, provider, batch, stages_ms, problem)
    select a.id, ${task}, ${modelId}, ${preview}, a.listed and a.version = ${preview}, ${storableText(provider)}, ${batch},
      ${[fetch, decode, prepare, infer, read]}::real[], ${problem === null ? null : storableText(problem)}
    from asset a where a.id = ${assetId}
    on conflict (asset_id, task) do update set model_id = excluded.model_id, preview = excluded.preview,
      counted = excluded.counted, at = now(), provider = excluded.provider, batch = excluded.batch,
      stages_ms = excluded.stages_ms, problem = excluded.problem`.execute(tx)
}
