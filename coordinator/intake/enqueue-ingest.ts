import { sql } from 'kysely'
import { jobContracts } from '../../protocol/jobs.ts'
import type { Queryable } from '../db/database.ts'
import { enqueueJobs } from '../jobs/enqueue.ts'

/** A file as its reading is queued. */
export type FileToRead = { id: number; libraryId: number; mtimeUs: number }

/** Queues the reading of files, newest first. Returns how many jobs are new. */
export async function enqueueReading(db: Queryable, files: readonly FileToRead[]): Promise<number> {
  const ids = await enqueueJobs(
    db,
    files.map((file) => ({
      kind: 'file.ingest',
      contract: jobContracts['file.ingest'],
      subjectId: file.id,
      libraryId: file.libraryId,
      orderKey: Math.floor(file.mtimeUs / 1_000_000),
    })),
  )
  return ids.length
}

/** Queues the reading of files by their ids; those that are missing are left out. */
export async function enqueueIngest(db: Queryable, fileIds: readonly number[]): Promise<number> {
  const files = await db
    .selectFrom('asset_file')
    .select(['id', 'library_id as libraryId', 'mtime_us as mtimeUs'])
    .where('id', '=', sql<number>`any(${[...fileIds]}::bigint[])`)
    .where('state', '<>', 'missing')
    .execute()
  return enqueueReading(db, files)
}
