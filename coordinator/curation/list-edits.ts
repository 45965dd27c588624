import { sql } from 'kysely'
import type { AssetChange, EditView } from '../../protocol/edits.ts'
import { AppError } from '../../protocol/errors.ts'
import type { Queryable } from '../db/database.ts'
import { idBelow, type Page, pageById } from '../search/page.ts'

type PageRequest = { cursor?: string | undefined; limit: number }
type Row<T> = Omit<T, 'at'> & { at: Date }

/** The history of edits, newest first; with `accountId` only that person's. */
export async function listEdits(
  db: Queryable,
  { accountId, cursor, limit }: PageRequest & { accountId?: number | undefined },
): Promise<Page<EditView>> {
  const { rows } = await sql<Row<EditView>>`
    select edit.id, edit.kind, edit.made_at as at, edit.account_id as "accountId", account.name as by, edit.assets,
      edit.fields, edit.undoes,
      (select max(later.id) from edit later where later.undoes = edit.id) as "undoneBy"
    from edit left join account on account.id = edit.account_id
    where edit.id < ${idBelow(cursor)} and ${accountId === undefined ? sql`true` : sql`edit.account_id = ${accountId}`}
    order by edit.id desc limit ${limit + 1}`.execute(db)
  return pageById(rows, limit, withIsoTime)
}

/**
 * What was changed on one asset, newest first.
 *
 * @throws AppError `not_found`
 */
export async function listAssetHistory(
  db: Queryable,
  assetId: number,
  { cursor, limit }: PageRequest,
): Promise<Page<AssetChange>> {
  const asset = await db.selectFrom('asset').select('id').where('id', '=', assetId).executeTakeFirst()
  if (!asset) throw new AppError('not_found', `There is no asset ${assetId}`)
  const { rows } = await sql<Row<AssetChange>>`
    select change.id, change.edit_id as "editId", edit.kind, edit.made_at as at, account.name as by, change.field,
      change.shown_before as before, change.word_after as after, change.word_after is null as "fallsBack"
    from edit_change change join edit on edit.id = change.edit_id left join account on account.id = edit.account_id
    where change.asset_id = ${assetId} and change.id < ${idBelow(cursor)}
    order by change.id desc limit ${limit + 1}`.execute(db)
  return pageById(rows, limit, withIsoTime)
}

function withIsoTime<T extends { at: Date }>(row: T): Omit<T, 'at'> & { at: string } {
  return { ...row, at: row.at.toISOString() }
}
