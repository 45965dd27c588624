import { sql } from 'kysely'
import type { z } from 'zod'
import { AppError } from '../../protocol/errors.ts'
import { type JobResult, jobContracts } from '../../protocol/jobs.ts'
import type { VisionTask } from '../../protocol/models.ts'
import { type DatabaseTransaction, prepared } from '../db/database.ts'
import type { JobType } from '../jobs/job-type.ts'
import { type LookKind, lookKinds } from '../models/look-kinds.ts'
import { followPreviews } from './follow-previews.ts'
import { lookInputs, shownFile } from './look-inputs.ts'
import { type OpenLook, openLook } from './open-look.ts'
import { readVector } from './read-vector.ts'
import { requireMaskFits } from './require-mask.ts'
import { segmentInputs } from './segment-inputs.ts'
import { outline, storeFound } from './store-found.ts'

/** `asset.detect`: things in the preview of an asset. */
export const detectJob = lookJobType('detect', async (tx, look, { objects }) => {
  for (const { mask } of objects) requireMaskFits(mask, look.preview)
  await storeFound(
    tx,
    look,
    'object',
    objects.map((object) => ({ ...object, landmarks: null, vector: null })),
  )
  // Outlines, where another model draws them.
  await followPreviews(tx, [look.assetId], ['segment'])
})

/** `asset.faces`: faces, and a vector of each that tells people apart. */
export const facesJob = lookJobType('faces', async (tx, look, { faces }) => {
  await storeFound(
    tx,
    look,
    'face',
    faces.map(({ embedding, ...face }) => ({
      ...face,
      className: 'face',
      mask: null,
      vector: embedding === null ? null : readVector(embedding, look.dimensions),
    })),
  )
})

/** `asset.embed`: what the whole picture is about, as a vector. */
export const embedJob = lookJobType('embed', async (tx, { assetId, modelId, dimensions }, { embedding }) => {
  if (embedding === null) {
    await tx
      .deleteFrom('asset_embedding')
      .where('asset_id', '=', assetId)
      .where('model_id', '=', modelId)
      .execute()
    return
  }
  await sql`${prepared}
    insert into asset_embedding (asset_id, model_id, vector)
    values (${assetId}, ${modelId}, ${readVector(embedding, dimensions)}::halfvec)
    on conflict (asset_id, model_id) do update set vector = excluded.vector`.execute(tx)
})

/** `asset.segment`: outlines of what has been found or drawn without one. */
export const segmentJob: JobType = {
  ...lookJobType('segment', async (tx, { assetId, modelId, preview }, { masks }) => {
    for (const { mask } of masks) requireMaskFits(mask, preview)
    await requireOwn(
      tx,
      assetId,
      masks.map(({ detectionId }) => detectionId),
    )
    await outline(
      tx,
      modelId,
      masks.flatMap(({ detectionId, mask }) => (mask ? [{ id: detectionId, mask }] : [])),
    )
  }),
  buildInputs: segmentInputs,
}

function lookJobType<T extends VisionTask>(
  task: T,
  store: (tx: DatabaseTransaction, look: OpenLook, result: JobResult<(typeof lookKinds)[T]>) => Promise<void>,
): JobType {
  const kind: LookKind = lookKinds[task]
  type Result = z.infer<(typeof jobContracts)[(typeof lookKinds)[T]]['result']>
  return {
    contract: jobContracts[kind],
    changes: ['models'],
    buildInputs: lookInputs,
    inputFiles: (db, job) => shownFile(db, job.subjectId),
    // Previews are in the derived store, whatever has become of the originals.
    runsOffline: true,
    apply: async (tx, job, result) => {
      const look = await openLook(tx, job, task, result as Result)
      if (look) await store(tx, look, result as Result)
    },
  }
}

/** @throws AppError `bad_request` when one of these is another asset's; those that are gone by now do no harm */
async function requireOwn(
  tx: DatabaseTransaction,
  assetId: number,
  detectionIds: readonly number[],
): Promise<void> {
  const { rows } = await sql<{ id: number }>`select id from detection
    where id = any(${[...detectionIds]}::bigint[]) and asset_id <> ${assetId} limit 1`.execute(tx)
  if (rows[0]) throw new AppError('bad_request', `Detection ${rows[0].id} is not of asset ${assetId}`)
}
