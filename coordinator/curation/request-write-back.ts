import { sql } from 'kysely'
import type { DatabaseTransaction } from '../db/database.ts'
import { queueWrites, type RoutedWrite } from './queue-writes.ts'
import type { RecordedEdit } from './record-changes.ts'
import { routedReason, routedState } from './route-write-backs.ts'

/** What has just been edited is to reach the sidecars, as far as it has a place there and the libraries allow it. */
export async function requestWriteBack(tx: DatabaseTransaction, recorded: RecordedEdit): Promise<void> {
  const { editId, assetIds, fields, dropsWords } = recorded
  if (editId === null || fields.every((field) => field === 'favourite')) return
  // A conflict stays one, with more to decide.
  const { rows } = await sql<RoutedWrite>`
    insert into write_back (asset_id, library_id, state, reason, wanted_revision)
    select asset.id, library.id, ${routedState(false)}, ${routedReason}, ${editId}::bigint
    from asset join library on library.id = asset.library_id
    where asset.id = any(${assetIds}::bigint[])
      ${fields.includes('favourite') ? notFavouriteAlone(editId) : sql``}
    on conflict (asset_id) do update set wanted_revision = excluded.wanted_revision,
      library_id = excluded.library_id, changed_at = now(), message = null,
      state = case when write_back.state = 'conflict' then 'conflict' else excluded.state end,
      reason = case when write_back.state = 'conflict' then write_back.reason else excluded.reason end
    returning asset_id as "assetId", library_id as "libraryId", state,
      (select write_back_quiet_ms from library where library.id = library_id) as "quietMs"`.execute(tx)
  const pointless = new Set(dropsWords ? await dropPointless(tx, assetIds) : [])
  await queueWrites(
    tx,
    rows.filter(({ assetId }) => !pointless.has(assetId)),
  )
}

/** Only asked where it matters: the planner knows nothing yet of the rows that were just written. */
function notFavouriteAlone(editId: number) {
  return sql`and asset.id in (select asset_id from edit_change where edit_id = ${editId} and field <> 'favourite')`
}

/** No person says anything any more, and no sidecar says it for one. */
async function dropPointless(tx: DatabaseTransaction, assetIds: readonly number[]): Promise<number[]> {
  const { rows } = await sql<{ assetId: number }>`
    delete from write_back where asset_id = any(${[...assetIds]}::bigint[]) and written_fields = '{}'
      and not exists (select 1 from asset_edit word
        where word.asset_id = write_back.asset_id and word.field <> 'favourite')
    returning asset_id as "assetId"`.execute(tx)
  return rows.map(({ assetId }) => assetId)
}
