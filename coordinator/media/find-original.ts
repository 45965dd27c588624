import { sql } from 'kysely'
import { AppError } from '../../protocol/errors.ts'
import { decodePathName, displayPathName, joinPathName, type PathName } from '../../protocol/path-name.ts'
import type { Queryable } from '../db/database.ts'

export type OriginalFile = {
  fileId: number
  agentId: number
  libraryName: string
  root: PathName
  /** Relative to the root. */
  path: PathName
  /** For people and for the download's name. */
  displayName: string
  sizeBytes: number
  contentHash: string | undefined
}

/**
 * Which file of an asset to send: the one asked for, else its cover, else its original.
 *
 * @throws AppError `not_found` when the asset has no such file, `file_missing` when it is gone from the disk
 */
export async function requireOriginal(
  db: Queryable,
  assetId: number,
  fileId?: number,
): Promise<OriginalFile> {
  const row = await db
    .selectFrom('asset_file as file')
    .innerJoin('asset', 'asset.id', 'file.asset_id')
    .innerJoin('folder', 'folder.id', 'file.folder_id')
    .innerJoin('library', 'library.id', 'file.library_id')
    .select([
      'file.id',
      'file.name',
      'file.state',
      'file.size_bytes',
      'file.content_hash',
      'folder.path',
      'library.root',
      'library.agent_id',
      'library.name as library_name',
    ])
    .where('asset.id', '=', assetId)
    .$if(fileId !== undefined, (query) => query.where('file.id', '=', fileId!))
    .orderBy(sql`file.state = 'missing'`)
    .orderBy(sql`file.id is distinct from asset.cover_file_id`)
    .orderBy(sql`array_position(array['original', 'cover', 'export', 'derivative', 'sidecar'], file.role)`)
    .orderBy('file.id')
    .limit(1)
    .executeTakeFirst()
  if (!row)
    throw new AppError(
      'not_found',
      `There is no ${fileId === undefined ? '' : 'such file of '}asset ${assetId}`,
    )
  const name = decodePathName(row.name)
  const path = joinPathName(decodePathName(row.path), name)
  if (row.state === 'missing') {
    throw new AppError(
      'file_missing',
      `${displayPathName(path)} is no longer in the library “${row.library_name}”; put it back and scan again`,
    )
  }
  return {
    fileId: row.id,
    agentId: row.agent_id,
    libraryName: row.library_name,
    root: decodePathName(row.root),
    path,
    displayName: displayPathName(name),
    sizeBytes: row.size_bytes,
    contentHash: row.content_hash?.toString('hex'),
  }
}

/**
 * A file by its own id, whatever it is to its asset.
 *
 * @throws AppError as `requireOriginal` does
 */
export async function requireOriginalFile(db: Queryable, fileId: number): Promise<OriginalFile> {
  const file = await db
    .selectFrom('asset_file')
    .select('asset_id')
    .where('id', '=', fileId)
    .executeTakeFirst()
  if (!file?.asset_id) throw new AppError('not_found', `There is no file ${fileId} of an asset`)
  return await requireOriginal(db, file.asset_id, fileId)
}
