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
  if (!row) return undefined
  return {
    fileId: row.file_id,
    hash: row.hash.toString('hex'),
    sizeBytes: row.size_bytes,
    mimeType: row.mime_type,
    version: row.version,
  }
}
