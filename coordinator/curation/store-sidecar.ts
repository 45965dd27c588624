import { sql } from 'kysely'
import type { Tags } from '../../protocol/ingest.ts'
import { encodePathName, type PathName } from '../../protocol/path-name.ts'
import type { SidecarVersion } from '../../protocol/sidecar-write.ts'
import type { DatabaseTransaction } from '../db/database.ts'
import { storableJson } from '../intake/storable-json.ts'

/**
 * Knows a sidecar of an asset as it was just read back, as if a scan had found it and an agent had read it: the next
 * scan sees no change, and no second row. The caller refreshes the asset.
 *
 * The folder's row is locked first, as by everybody who changes what is in it.
 */
export async function storeSidecar(
  tx: DatabaseTransaction,
  place: { assetId: number; libraryId: number; path: PathName },
  version: SidecarVersion,
  tags: Tags,
): Promise<void> {
  const slash = place.path.lastIndexOf('/')
  const folder = Buffer.from(encodePathName(slash < 0 ? '' : place.path.slice(0, slash)))
  const name = Buffer.from(encodePathName(place.path.slice(slash + 1)))
  const hash = Buffer.from(version.contentHash, 'hex')
  const { rows: folders } = await sql<{ id: number }>`
    select id from folder where library_id = ${place.libraryId} and path = ${folder} for update`.execute(tx)
  if (folders[0] === undefined) return
  await sql`
    with stored as (
      insert into asset_file (library_id, folder_id, asset_id, name, role, state, size_bytes, mtime_us, content_hash)
      values (${place.libraryId}, ${folders[0].id}, ${place.assetId}, ${name}, 'sidecar', 'ingested',
        ${version.sizeBytes}, ${version.mtimeUs}, ${hash})
      on conflict (folder_id, name) do update set asset_id = excluded.asset_id, role = excluded.role,
        state = excluded.state, size_bytes = excluded.size_bytes, mtime_us = excluded.mtime_us,
        content_hash = excluded.content_hash, problem = null
      returning id)
    insert into file_tags (file_id, pass, tags) select id, 'full', ${storableJson(tags)} from stored
    on conflict (file_id) do update set pass = excluded.pass, tags = excluded.tags`.execute(tx)
}

/** The sidecar that was there is gone. */
export async function forgetSidecar(
  tx: DatabaseTransaction,
  place: { assetId: number; libraryId: number; path: PathName },
): Promise<void> {
  const name = Buffer.from(encodePathName(place.path.slice(place.path.lastIndexOf('/') + 1)))
  await sql`select 1 from folder where id in (select folder_id from asset where id = ${place.assetId})
    for update`.execute(tx)
  await sql`update asset_file set state = 'missing'
    where asset_id = ${place.assetId} and role = 'sidecar' and name = ${name}`.execute(tx)
}
