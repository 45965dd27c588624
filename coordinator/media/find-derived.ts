import type { DerivedKind } from '../../protocol/media.ts'
import type { Queryable } from '../db/database.ts'

export type DerivedPicture = {
  fileId: number
  hash: string
  sizeBytes: number
  mimeType: string
  /** `AssetTile.version` now; a URL with this one may be cached for ever. */
  version: string
}

/** The derived picture that stands for an asset: that of its cover file. */
export async function findDerived(
  db: Queryable,
  assetId: number,
  kind: DerivedKind,
): Promise<DerivedPicture | undefined> {
  const row = await db
    .selectFrom('asset')
    .innerJoin('derived_file', 'derived_file.file_id', 'asset.cover_file_id')
    .select(['derived_file.file_id', 'hash', 'size_bytes', 'mime_type', 'version'])
    .where('asset.id', '=', assetId)
    .where('derived_file.kind', '=', kind)
    .executeTakeFirst()
  return row && { ...pictureOf(row), version: row.version }
}

/** The derived picture of one file, whether it is a cover or not. */
export async function findDerivedOfFile(
  db: Queryable,
  fileId: number,
  kind: DerivedKind,
): Promise<Omit<DerivedPicture, 'version'> | undefined> {
  const row = await db
    .selectFrom('derived_file')
    .select(['file_id', 'hash', 'size_bytes', 'mime_type'])
    .where('file_id', '=', fileId)
    .where('kind', '=', kind)
    .executeTakeFirst()
  return row && pictureOf(row)
}

function pictureOf(row: { file_id: number; hash: Buffer; size_bytes: number; mime_type: string }) {
  return {
    fileId: row.file_id,
    hash: row.hash.toString('hex'),
    sizeBytes: row.size_bytes,
    mimeType: row.mime_type,
  }
}
