import { sql } from 'kysely'
import type { InputFile } from '../../protocol/sources.ts'
import { prepared, type Queryable } from '../db/database.ts'
import type { LeasedJob } from '../jobs/job-type.ts'
import { inputFiles } from '../sources/input-files.ts'

export type LookInput = { model: string; file: InputFile }

/** The preview of each asset as it is now, with the model of the job's lane; an asset without a preview has none. */
export async function lookInputs(db: Queryable, jobs: readonly LeasedJob[]): Promise<Map<number, LookInput>> {
  const { rows } = await sql<{ id: number; model: string; fileId: number }>`${prepared}
    select job.id, lane.model, a.cover_file_id as "fileId" from job
    join lane on lane.id = job.lane_id join asset a on a.id = job.subject_id
    where job.id = any(${jobs.map(({ id }) => id)}::bigint[]) and lane.model is not null and a.listed
      and a.cover_file_id is not null`.execute(db)
  const files = await inputFiles(
    db,
    rows.map(({ fileId }) => fileId),
  )
  return new Map(
    rows.flatMap(({ id, model, fileId }): [number, LookInput][] => {
      const file = files.get(fileId)
      return file?.preview ? [[id, { model, file }]] : []
    }),
  )
}

/** The file whose preview a job about an asset may read. */
export async function shownFile(db: Queryable, assetId: number): Promise<number[]> {
  const asset = await db
    .selectFrom('asset')
    .select('cover_file_id')
    .where('id', '=', assetId)
    .executeTakeFirst()
  return asset?.cover_file_id ? [asset.cover_file_id] : []
}
