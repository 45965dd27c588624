import { sql } from 'kysely'
import { decodePathName, joinPathName } from '../../protocol/path-name.ts'
import type { SourceSample } from '../../protocol/sources.ts'
import type { Database } from '../db/database.ts'

/** Large enough to measure a network by, small enough to be read often. */
const GOOD_BYTES = { least: 256 * 1024, most: 32 * 1024 * 1024 }
const MOST_BYTES = 512 * 1024 * 1024

/**
 * A known file of each library that is another agent's and not offline: an agent that reads it right reads the library.
 *
 * A library's sample stays the same until it is changed or gone; a library in which nothing has been read yet has none.
 */
export async function listSamples(db: Database, agentId: number, limit: number): Promise<SourceSample[]> {
  await chooseSamples(db)
  const rows = await db
    .selectFrom('source_sample')
    .innerJoin('asset_file as file', 'file.id', 'source_sample.file_id')
    .innerJoin('folder', 'folder.id', 'file.folder_id')
    .innerJoin('library', 'library.id', 'source_sample.library_id')
    .select(['file.id', 'file.name', 'file.size_bytes', 'file.content_hash', 'folder.path'])
    .select(['library.id as library_id', 'library.name as library_name', 'library.root'])
    .where('library.agent_id', '<>', agentId)
    .where('library.state', '<>', 'offline')
    .orderBy('library.id')
    .limit(limit)
    .execute()
  return rows.flatMap((row) =>
    row.content_hash === null
      ? []
      : [
          {
            fileId: row.id,
            libraryId: row.library_id,
            libraryName: row.library_name,
            root: decodePathName(row.root),
            path: joinPathName(decodePathName(row.path), decodePathName(row.name)),
            sizeBytes: row.size_bytes,
            contentHash: row.content_hash.toString('hex'),
          },
        ],
  )
}

async function chooseSamples(db: Database): Promise<void> {
  await sql`delete from source_sample using asset_file file
    where file.id = source_sample.file_id and (file.state <> 'ingested' or file.content_hash is null)`.execute(
    db,
  )
  await insertSamples(db, GOOD_BYTES)
  await insertSamples(db, { least: 1, most: MOST_BYTES })
}

/** The newest picture that fits, found by the index of the timeline. */
async function insertSamples(db: Database, { least, most }: { least: number; most: number }): Promise<void> {
  await sql`insert into source_sample (library_id, file_id)
    select library.id, sample.id from library cross join lateral (
      select file.id from asset join asset_file file on file.id = asset.cover_file_id
      where asset.library_id = library.id and asset.listed
        and file.state = 'ingested' and file.content_hash is not null and file.size_bytes between ${least} and ${most}
      order by asset.sort_at desc, asset.id desc limit 1) sample
    where not exists (select 1 from source_sample known where known.library_id = library.id)
    on conflict do nothing`.execute(db)
}
