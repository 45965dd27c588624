import { sql } from 'kysely'
import { decodePathName } from '../../protocol/path-name.ts'
import type { SidecarRestoreInput } from '../../protocol/sidecar-write.ts'
import type { Queryable } from '../db/database.ts'
import type { LeasedJob } from '../jobs/job-type.ts'

type Row = {
  assetId: number
  libraryId: number
  root: Buffer
  mirrorRoot: Buffer | null
  path: Buffer
  sidecarHash: Buffer
  revision: number
  keptBefore: string
  pictures: string[]
}

/** Inputs of `sidecar.restore` jobs; none when nothing is kept, or something else has been written since. */
export async function restoreInputs(
  db: Queryable,
  jobs: readonly LeasedJob[],
): Promise<Map<number, SidecarRestoreInput>> {
  const { rows } = await sql<Row & { jobId: number }>`
    select job.id as "jobId", asset.id as "assetId", asset.library_id as "libraryId", library.root,
      library.mirror_root as "mirrorRoot", done.path, done.sidecar_hash as "sidecarHash",
      done.wanted_revision as revision, done.kept_before as "keptBefore",
      array(select encode(case when folder.path = ''::bytea then file.name else folder.path || '/'::bytea || file.name end,
          'base64') from asset_file file where file.asset_id = asset.id and file.role <> 'sidecar'
          and file.folder_id = asset.folder_id and file.state <> 'missing' limit 64) as pictures
    from job join write_back done on done.asset_id = job.subject_id join asset on asset.id = done.asset_id
    join folder on folder.id = asset.folder_id join library on library.id = asset.library_id
    where job.id = any(${jobs.map((job) => job.id)}::bigint[]) and done.kept_before = job.payload->>'keptBefore'
      and done.path is not null and done.sidecar_hash is not null`.execute(db)
  return new Map(
    rows
      .filter((row) => row.pictures.length > 0)
      .map(({ jobId, ...row }) => [
        jobId,
        {
          assetId: row.assetId,
          libraryId: row.libraryId,
          root: decodePathName(row.root),
          mirrorRoot: row.mirrorRoot && decodePathName(row.mirrorRoot),
          path: decodePathName(row.path),
          pictures: row.pictures.map((path) => decodePathName(Buffer.from(path, 'base64'))),
          expected: row.sidecarHash.toString('hex'),
          revision: row.revision,
          keptBefore: row.keptBefore,
        },
      ]),
  )
}
