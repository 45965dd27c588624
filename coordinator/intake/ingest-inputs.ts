import { sql } from 'kysely'
import type { IngestInput } from '../../protocol/ingest.ts'
import { decodePathName, joinPathName } from '../../protocol/path-name.ts'
import type { Queryable } from '../db/database.ts'
import type { LeasedJob } from '../jobs/job-type.ts'

/** Inputs of `file.ingest` jobs, as the files are known now; a file that is gone has none. */
export async function ingestInputs(
  db: Queryable,
  jobs: readonly LeasedJob[],
): Promise<Map<number, IngestInput>> {
  const files = await db
    .selectFrom('asset_file as file')
    .innerJoin('folder', 'folder.id', 'file.folder_id')
    .innerJoin('library', 'library.id', 'file.library_id')
    .select(['file.id', 'file.library_id', 'file.name', 'file.size_bytes', 'file.mtime_us'])
    .select(['folder.path', 'library.root'])
    .where('file.id', '=', sql<number>`any(${jobs.map((job) => job.subjectId)}::bigint[])`)
    .where('file.state', '<>', 'missing')
    .execute()
  const byId = new Map(files.map((file) => [file.id, file]))
  const inputs = new Map<number, IngestInput>()
  for (const job of jobs) {
    const file = byId.get(job.subjectId)
    if (!file) continue
    inputs.set(job.id, {
      fileId: file.id,
      libraryId: file.library_id,
      root: decodePathName(file.root),
      path: joinPathName(decodePathName(file.path), decodePathName(file.name)),
      sizeBytes: file.size_bytes,
      mtimeUs: file.mtime_us,
    })
  }
  return inputs
}
