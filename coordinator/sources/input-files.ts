import { sql } from 'kysely'
import { decodePathName, joinPathName } from '../../protocol/path-name.ts'
import type { InputFile } from '../../protocol/sources.ts'
import type { Queryable } from '../db/database.ts'

/** What agents need to read these files, by file id; those that are missing or were never read have no entry. */
export async function inputFiles(db: Queryable, fileIds: readonly number[]): Promise<Map<number, InputFile>> {
  const rows = await db
    .selectFrom('asset_file as file')
    .innerJoin('folder', 'folder.id', 'file.folder_id')
    .innerJoin('library', 'library.id', 'file.library_id')
    .leftJoin('derived_file as preview', (join) =>
      join.onRef('preview.file_id', '=', 'file.id').on('preview.kind', '=', 'preview'),
    )
    .select(['file.id', 'file.library_id', 'file.name', 'file.size_bytes', 'file.content_hash'])
    .select(['folder.path', 'library.root', 'preview.hash', 'preview.size_bytes as preview_bytes'])
    .where('file.id', '=', sql<number>`any(${fileIds}::bigint[])`)
    .where('file.state', '<>', 'missing')
    .execute()
  return new Map(
    rows.flatMap((row): [number, InputFile][] => {
      if (row.content_hash === null) return []
      const file = {
        fileId: row.id,
        libraryId: row.library_id,
        root: decodePathName(row.root),
        path: joinPathName(decodePathName(row.path), decodePathName(row.name)),
        sizeBytes: row.size_bytes,
        contentHash: row.content_hash.toString('hex'),
        preview:
          row.hash === null || row.preview_bytes === null
            ? null
            : { hash: row.hash.toString('hex'), sizeBytes: row.preview_bytes },
      }
      return [[row.id, file]]
    }),
  )
}
