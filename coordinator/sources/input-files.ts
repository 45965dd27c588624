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
    .leftJoin('derived_file as grid', (join) =>
      join.onRef('grid.file_id', '=', 'file.id').on('grid.kind', '=', 'grid'),
    )
    .select(['file.id', 'file.library_id', 'file.name', 'file.size_bytes', 'file.content_hash'])
    .select(['folder.path', 'library.root', 'preview.hash', 'preview.size_bytes as preview_bytes'])
    .select(['grid.hash as grid_hash', 'grid.size_bytes as grid_bytes', 'grid.width_px', 'grid.height_px'])
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
        grid: gridOf(row),
      }
      return [[row.id, file]]
    }),
  )
}

type GridRow = {
  grid_hash: Buffer | null
  grid_bytes: number | null
  width_px: number | null
  height_px: number | null
}

function gridOf({ grid_hash, grid_bytes, width_px, height_px }: GridRow): InputFile['grid'] {
  if (grid_hash === null || grid_bytes === null || width_px === null || height_px === null) return null
  return { hash: grid_hash.toString('hex'), sizeBytes: grid_bytes, widthPx: width_px, heightPx: height_px }
}
