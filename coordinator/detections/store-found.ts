import { sql } from 'kysely'
import type { DetectionReview } from '../../protocol/detections.ts'
import type { Mask } from '../../protocol/mask.ts'
import { storableText } from '../../protocol/media.ts'
import type { Point } from '../../protocol/vision.ts'
import { type DatabaseTransaction, prepared } from '../db/database.ts'
import { type KnownThing, matchFound } from './match-found.ts'
import type { OpenLook } from './open-look.ts'

type Box = [x: number, y: number, width: number, height: number]

/** A thing or a face as a model has found it. `vector` as Postgres reads it. */
export type Found = {
  className: string
  box: Box
  score: number
  mask: Mask | null
  landmarks: readonly Point[] | null
  vector: string | null
}

/** Puts what was found in the place of the proposals that were there; what people have said stands. */
export async function storeFound(
  tx: DatabaseTransaction,
  { assetId, modelId }: OpenLook,
  kind: 'object' | 'face',
  given: readonly Found[],
): Promise<void> {
  const found = given.map((thing) => ({ ...thing, className: storableText(thing.className) }))
  const { added, renewed, recognised, removed } = matchFound(await readKnown(tx, assetId, kind), found)
  if (removed.length > 0) await sql`delete from detection where id = any(${removed}::bigint[])`.execute(tx)
  const ids = await add(
    tx,
    { assetId, modelId, kind },
    added.map((at) => found[at]!),
  )
  await renew(
    tx,
    modelId,
    renewed.map(({ id, keepsMask, found: at }) => ({ ...found[at]!, id, keepsMask })),
  )
  const outlined = recognised.flatMap(({ id, found: at }) => {
    const { mask } = found[at]!
    return mask ? [{ id, mask }] : []
  })
  await outline(tx, modelId, outlined)
  if (kind === 'object') return
  await storeVectors(tx, modelId, [
    ...added.map((at, place) => ({ id: ids[place]!, vector: found[at]!.vector })),
    ...[...renewed, ...recognised].map(({ id, found: at }) => ({ id, vector: found[at]!.vector })),
  ])
}

async function readKnown(
  tx: DatabaseTransaction,
  assetId: number,
  kind: 'object' | 'face',
): Promise<KnownThing[]> {
  const rows = await tx
    .selectFrom('detection')
    .select(['id', 'class_name as className', 'label', 'box', 'review'])
    .where('asset_id', '=', assetId)
    .where('kind', '=', kind)
    .orderBy('id')
    .execute()
  return rows.map((row) => ({ ...row, box: row.box as Box, review: row.review satisfies DetectionReview }))
}

const columns = sql`(id bigint, class_name text, box double precision[], mask_size integer[], mask text,
  landmarks double precision[], score real, keeps_mask boolean)`

/** As `columns` has it. */
function record(thing: Found & { id?: number; keepsMask?: boolean }) {
  return {
    id: thing.id,
    class_name: thing.className,
    box: thing.box,
    mask_size: thing.mask?.size,
    mask: thing.mask?.counts,
    landmarks: thing.landmarks?.flat(),
    score: thing.score,
    keeps_mask: thing.keepsMask,
  }
}

/** @returns their ids, in the order in which they were given */
async function add(
  tx: DatabaseTransaction,
  { assetId, modelId, kind }: { assetId: number; modelId: number; kind: 'object' | 'face' },
  things: readonly Found[],
): Promise<number[]> {
  if (things.length === 0) return []
  const { rows } = await sql<{ id: number }>`${prepared}
    insert into detection (asset_id, kind, class_name, label, box, mask_size, mask, mask_model_id, landmarks, score,
      model_id, review)
    select ${assetId}, ${kind}, class_name, class_name, box, mask_size, mask,
      case when mask is not null then ${modelId}::int end, landmarks, score, ${modelId}, 'proposed'
    from rows from (jsonb_to_recordset(${JSON.stringify(things.map(record))}::jsonb) as ${columns}) with ordinality
    order by ordinality
    returning id`.execute(tx)
  return rows.map(({ id }) => id)
}

/** A thing that lies where it lay keeps the outline that another model has drawn. */
async function renew(
  tx: DatabaseTransaction,
  modelId: number,
  things: readonly (Found & { id: number; keepsMask: boolean })[],
): Promise<void> {
  if (things.length === 0) return
  await sql`${prepared}
    update detection set box = given.box, score = given.score, landmarks = given.landmarks, model_id = ${modelId},
      mask_size = case when keeps then detection.mask_size else given.mask_size end,
      mask = case when keeps then detection.mask else given.mask end,
      mask_model_id = case when keeps then detection.mask_model_id when given.mask is not null then ${modelId}::int end,
      found_at = case when keeps then detection.found_at else now() end
    from jsonb_to_recordset(${JSON.stringify(things.map(record))}::jsonb) as given ${columns},
      lateral (select given.keeps_mask and given.mask is null as keeps) mask_kept
    where detection.id = given.id`.execute(tx)
}

/** Those that have no outline, or one by a model, get this one. */
export async function outline(
  tx: DatabaseTransaction,
  modelId: number,
  outlines: readonly { id: number; mask: Mask }[],
): Promise<void> {
  if (outlines.length === 0) return
  const records = outlines.map(({ id, mask }) => ({ id, mask_size: mask.size, mask: mask.counts }))
  await sql`
    update detection set mask_size = given.mask_size, mask = given.mask, mask_model_id = ${modelId}
    from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as given (id bigint, mask_size integer[], mask text)
    where detection.id = given.id and (detection.mask is null or detection.mask_model_id is not null)`.execute(
    tx,
  )
}

async function storeVectors(
  tx: DatabaseTransaction,
  modelId: number,
  faces: readonly { id: number; vector: string | null }[],
): Promise<void> {
  if (faces.length === 0) return
  const without = faces.filter(({ vector }) => vector === null).map(({ id }) => id)
  if (without.length > 0)
    await sql`delete from face_embedding where detection_id = any(${without}::bigint[])`.execute(tx)
  const given = faces.filter(({ vector }) => vector !== null)
  await sql`${prepared}
    insert into face_embedding (detection_id, model_id, vector)
    select id, ${modelId}, vector from unnest(${given.map(({ id }) => id)}::bigint[],
      ${given.map(({ vector }) => vector)}::text[]::halfvec[]) as given (id, vector)
    on conflict (detection_id) do update set model_id = excluded.model_id, vector = excluded.vector`.execute(
    tx,
  )
}
