import { sql } from 'kysely'
import type { CurationField } from '../../protocol/curation.ts'
import type { EditAnswer } from '../../protocol/edits.ts'
import { AppError } from '../../protocol/errors.ts'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import { lockAssets } from './lock-assets.ts'
import { recordChanges } from './record-changes.ts'
import { requestWriteBack } from './request-write-back.ts'
import { shownWords } from './truth.ts'

/**
 * Takes an entry of the history back, which is an entry itself: to take that back is to do the first again.
 *
 * A field that somebody has edited since stays as it is and is named in the answer. Where nobody had said anything
 * before, the files speak again; but what our own sidecar says by now is no word of a file, so that there the value
 * shown before becomes the person's word.
 *
 * @throws AppError `not_found`
 */
export async function undoEdit(db: Database, editId: number, accountId: number): Promise<EditAnswer> {
  return await transact(db, { durable: true }, async (tx) => {
    const known = await tx.selectFrom('edit').select('id').where('id', '=', editId).executeTakeFirst()
    if (!known) throw new AppError('not_found', `There is no edit ${editId}`)
    const changed = await tx
      .selectFrom('edit_change')
      .select('asset_id')
      .distinct()
      .where('edit_id', '=', editId)
      .execute()
    await lockAssets(
      tx,
      changed.map((row) => row.asset_id),
    )
    const { rows: kept } = await sql<{ assetId: number; field: CurationField }>`
      select asset_id as "assetId", field from edit_change change
      where edit_id = ${editId} and ${editedSince} order by asset_id, field limit 1000`.execute(tx)
    const recorded = await recordChanges(
      tx,
      { kind: 'undo', accountId, undoes: editId },
      sql`
        select change.asset_id, change.field, change.word_after,
          coalesce(change.word_before, case when change.field = any(write_back.written_fields) then
            case when jsonb_typeof(change.shown_before) = 'object' then change.shown_before - 'at' - 'source'
              else change.shown_before end end),
          shown.words->change.field
        from edit_change change join asset a on a.id = change.asset_id
        cross join lateral (select ${shownWords} as words) shown
        left join write_back on write_back.asset_id = change.asset_id
        where change.edit_id = ${editId} and not ${editedSince}`,
    )
    await requestWriteBack(tx, recorded)
    return { editId: recorded.editId, assets: recorded.assetIds.length, kept }
  })
}

const editedSince = sql`exists (select 1 from edit_change later where later.asset_id = change.asset_id
  and later.field = change.field and later.id > change.id)`
