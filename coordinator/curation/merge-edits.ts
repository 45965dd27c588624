import { sql } from 'kysely'
import type { DatabaseTransaction } from '../db/database.ts'
import { recordChanges } from './record-changes.ts'
import { requestWriteBack } from './request-write-back.ts'
import { shownWords } from './truth.ts'

/**
 * Two assets are becoming one: of each field the newest word of a person wins, and the histories of both are that of
 * the one that stays. The caller holds both assets' locks, removes the other and refreshes the one that stays.
 */
export async function mergeEdits(tx: DatabaseTransaction, goneId: number, stayingId: number): Promise<void> {
  const { rows: edited } = await sql`select 1 from asset where id = ${goneId} and revision > 0`.execute(tx)
  if (edited.length === 0) return
  const recorded = await recordChanges(
    tx,
    { kind: 'merge', accountId: null },
    sql`
      select a.id, theirs.field, mine.value, theirs.value, shown.words->theirs.field
      from asset_edit theirs join asset a on a.id = ${stayingId}
      cross join lateral (select ${shownWords} as words) shown
      left join asset_edit mine on mine.asset_id = a.id and mine.field = theirs.field
      where theirs.asset_id = ${goneId} and (mine.edit_id is null or mine.edit_id < theirs.edit_id)
        and mine.value is distinct from theirs.value`,
  )
  await sql`update edit_change set asset_id = ${stayingId} where asset_id = ${goneId}`.execute(tx)
  await sql`update write_back_event set asset_id = ${stayingId} where asset_id = ${goneId}`.execute(tx)
  await requestWriteBack(tx, recorded)
}
