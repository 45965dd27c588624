import { sql } from 'kysely'
import { MAX_FOUND } from '../../protocol/vision.ts'
import type { Queryable } from '../db/database.ts'
import type { LeasedJob } from '../jobs/job-type.ts'
import { lookInputs } from './look-inputs.ts'

type Boxes = { detectionId: number; box: number[] }[]

/** With the things of each asset that have no outline, or one of another outlining model; none left: no input. */
export async function segmentInputs(
  db: Queryable,
  jobs: readonly LeasedJob[],
): Promise<Map<number, unknown>> {
  const inputs = await lookInputs(db, jobs)
  const { rows } = await sql<{ id: number; boxes: Boxes }>`
    select job.id, boxes.list as boxes from job
    join lane on lane.id = job.lane_id
    cross join lateral (
      select jsonb_agg(jsonb_build_object('detectionId', each.id, 'box', each.box)) as list from (
        select d.id, d.box from detection d left join model outliner on outliner.id = d.mask_model_id
        where d.asset_id = job.subject_id and d.kind = 'object' and d.review <> 'rejected'
          and (d.mask is null or outliner.task = 'segment')
        order by d.score desc nulls first, d.id limit ${MAX_FOUND}) each) boxes
    where job.id = any(${jobs.map(({ id }) => id)}::bigint[]) and boxes.list is not null`.execute(db)
  const boxes = new Map(rows.map((row) => [row.id, row.boxes]))
  return new Map(
    [...inputs].flatMap(([id, input]): [number, unknown][] =>
      boxes.has(id) ? [[id, { ...input, boxes: boxes.get(id) }]] : [],
    ),
  )
}
