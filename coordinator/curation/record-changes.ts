import { type RawBuilder, sql } from 'kysely'
import type { CurationField } from '../../protocol/curation.ts'
import type { EditKind } from '../../protocol/edits.ts'
import type { DatabaseTransaction } from '../db/database.ts'
import { settleWords } from './truth.ts'

export type EditHead = {
  kind: EditKind
  /** Who; null: nobody in person. */
  accountId: number | null
  undoes?: number
}

export type RecordedEdit = {
  /** Null: nothing was different, and nothing is kept of it. */
  editId: number | null
  /** Assets that are different now. */
  assetIds: number[]
  fields: CurationField[]
  /** Somebody's word was taken away. */
  dropsWords: boolean
}

/**
 * Writes one entry of the history and makes it true, whatever it changes, in statements that do not become more with
 * the number of assets. The caller holds the assets' locks.
 *
 * @param changes a query that gives asset_id, field, word_before, word_after (SQL null: no person's word any more)
 *   and shown_before of each change
 */
export async function recordChanges(
  tx: DatabaseTransaction,
  head: EditHead,
  changes: RawBuilder<unknown>,
): Promise<RecordedEdit> {
  // Of thousands of assets what is joined, and kept for triggers, would go through files.
  await sql`set local work_mem = '32MB'`.execute(tx)
  const { id: editId } = await tx
    .insertInto('edit')
    .values({ kind: head.kind, account_id: head.accountId, undoes: head.undoes ?? null })
    .returning('id')
    .executeTakeFirstOrThrow()
  const { rows } = await sql<{
    assetIds: number[] | null
    fields: CurationField[] | null
    dropsWords: boolean | null
  }>`
    with recorded as (
      insert into edit_change (edit_id, asset_id, field, word_before, word_after, shown_before)
      select ${editId}::bigint, change.* from (${changes}) change
      returning asset_id, field, word_after is null as drops_word)
    select array_agg(distinct asset_id) as "assetIds", array_agg(distinct field) as fields,
      bool_or(drops_word) as "dropsWords" from recorded`.execute(tx)
  const { assetIds, fields, dropsWords } = rows[0]!
  if (assetIds === null || fields === null) {
    await tx.deleteFrom('edit').where('id', '=', editId).execute()
    return { editId: null, assetIds: [], fields: [], dropsWords: false }
  }
  await makeTrue(tx, editId, { assetIds, fields, dropsWords: dropsWords === true })
  await tx
    .updateTable('edit')
    .set({ assets: assetIds.length, fields: sql`${fields}::text[]` })
    .where('id', '=', editId)
    .execute()
  return { editId, assetIds, fields, dropsWords: dropsWords === true }
}

async function makeTrue(
  tx: DatabaseTransaction,
  editId: number,
  { assetIds, fields, dropsWords }: Omit<RecordedEdit, 'editId'>,
): Promise<void> {
  if (dropsWords) {
    await sql`
      delete from asset_edit using edit_change change
      where change.edit_id = ${editId} and change.word_after is null
        and asset_edit.asset_id = change.asset_id and asset_edit.field = change.field`.execute(tx)
  }
  await sql`
    insert into asset_edit (asset_id, field, value, edit_id)
    select asset_id, field, word_after, edit_id from edit_change
    where edit_id = ${editId} and word_after is not null
    on conflict (asset_id, field) do update set value = excluded.value, edit_id = excluded.edit_id`.execute(
    tx,
  )
  await settleWords(tx, assetIds, { revision: editId, fields })
}
