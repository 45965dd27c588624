import { sql } from 'kysely'
import type { DatabaseTransaction } from '../db/database.ts'
import type { RecordedEdit } from './record-changes.ts'
import { routeWriteBacks } from './route-write-backs.ts'

/** What has just been edited is to reach the sidecars, as far as it has a place there and the libraries allow it. */
export async function requestWriteBack(tx: DatabaseTransaction, recorded: RecordedEdit): Promise<void> {
  const { editId, assetIds, fields } = recorded
  if (editId === null || fields.every((field) => field === 'favourite')) return
  await sql`
    insert into write_back (asset_id, library_id, state, wanted_revision)
    select id, library_id, 'pending', ${editId}::bigint from asset
    where id = any(${assetIds}::bigint[])
      and exists (select 1 from edit_change change where change.edit_id = ${editId}
        and change.asset_id = asset.id and change.field <> 'favourite')
    on conflict (asset_id) do update set wanted_revision = excluded.wanted_revision,
      library_id = excluded.library_id, changed_at = now()`.execute(tx)
  await dropPointless(tx, assetIds)
  await routeWriteBacks(tx, assetIds)
}

/** No person says anything any more, and no sidecar says it for one. */
async function dropPointless(tx: DatabaseTransaction, assetIds: readonly number[]): Promise<void> {
  await sql`delete from write_back where asset_id = any(${[...assetIds]}::bigint[]) and written_fields = '{}'
    and not exists (select 1 from asset_edit word
      where word.asset_id = write_back.asset_id and word.field <> 'favourite')`.execute(tx)
}
