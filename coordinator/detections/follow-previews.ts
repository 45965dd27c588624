import { type RawBuilder, sql } from 'kysely'
import { jobContracts } from '../../protocol/jobs.ts'
import { VisionTask } from '../../protocol/models.ts'
import type { Queryable } from '../db/database.ts'
import { enqueueJobs, type NewJob } from '../jobs/enqueue.ts'
import { lookKinds } from '../models/look-kinds.ts'
import { dueLooks, type LookFacts } from './due-looks.ts'

export type AssetToLookAt = LookFacts & { id: number; libraryId: number; orderKey: number }

/**
 * Queues the looks that are due at these assets.
 *
 * @param tasks only of these
 * @returns how many jobs are new
 */
export async function followPreviews(
  db: Queryable,
  assetIds: readonly number[],
  tasks: readonly VisionTask[] = VisionTask.options,
): Promise<number> {
  if (assetIds.length === 0) return 0
  const inUse = await modelsInUse(db)
  if (!tasks.some((task) => inUse.has(task))) return 0
  const assets = await readLookFacts(db, sql`a.id = any(${[...assetIds]}::bigint[])`)
  if (assets.length === 0) return 0
  const ids = new Map([...inUse].map(([task, { id }]) => [task, id]))
  const jobs = assets.flatMap((asset) =>
    dueLooks(asset, ids)
      .filter((task) => tasks.includes(task))
      .map((task) => lookJob(asset, task, inUse.get(task)!.key)),
  )
  return (await enqueueJobs(db, jobs)).length
}

export function lookJob(asset: AssetToLookAt, task: VisionTask, model: string): NewJob {
  const kind = lookKinds[task]
  return {
    kind,
    contract: jobContracts[kind],
    subjectId: asset.id,
    libraryId: asset.libraryId,
    orderKey: asset.orderKey,
    model,
  }
}

export async function modelsInUse(db: Queryable): Promise<Map<VisionTask, { id: number; key: string }>> {
  const rows = await db
    .selectFrom('task_model')
    .innerJoin('model', 'model.id', 'task_model.model_id')
    .select(['task_model.task', 'model.id', 'model.key'])
    .execute()
  return new Map(rows.map(({ task, ...model }) => [task, model]))
}

/** Of assets that are shown and have a preview; none at all while no model is in use. Newest captures first. */
export async function readLookFacts(
  db: Queryable,
  where: RawBuilder<unknown>,
  limit: number | null = null,
): Promise<AssetToLookAt[]> {
  const { rows } = await sql<AssetToLookAt>`
    select a.id, a.library_id as "libraryId", left(encode(preview.hash, 'hex'), 12) as preview,
      coalesce(extract(epoch from a.captured_local), 0)::bigint as "orderKey",
      coalesce((select jsonb_agg(jsonb_build_object('task', task, 'modelId', model_id, 'preview', look.preview,
          'atMs', extract(epoch from look.at) * 1000)) from asset_look look where look.asset_id = a.id), '[]') as looks,
      (select extract(epoch from max(d.found_at)) * 1000 from detection d
        left join model outliner on outliner.id = d.mask_model_id
        where d.asset_id = a.id and d.kind = 'object' and d.review <> 'rejected'
          and (d.mask is null or outliner.task = 'segment' and outliner.id <> (
            select model_id from task_model where task = 'segment')))::float8 as "unmaskedAtMs"
    from asset a
    join derived_file preview on preview.file_id = a.cover_file_id and preview.kind = 'preview'
    where a.listed and ${where} and exists (select 1 from task_model where model_id is not null)
    order by a.sort_at desc, a.id desc
    limit ${limit}`.execute(db)
  return rows
}
