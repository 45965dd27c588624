import { type RawBuilder, sql } from 'kysely'
import type { BulkEdit } from '../../protocol/curation.ts'
import { type EditAnswer, MAX_BULK_ASSETS } from '../../protocol/edits.ts'
import { AppError } from '../../protocol/errors.ts'
import type { Database, DatabaseTransaction } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import { type AssetFilters, assetConditions } from '../search/asset-conditions.ts'
import { lockAssets } from './lock-assets.ts'
import { nextWords } from './next-words.ts'
import { type RecordedEdit, recordChanges } from './record-changes.ts'
import { requestWriteBack } from './request-write-back.ts'

/** Assets by their ids, or all that a list with these filters would show. */
export type WhichAssets = { assetIds: readonly number[] } | { filter: AssetFilters }

export type EditOptions = {
  accountId: number
  /** The edit is refused when an asset has another revision. */
  ifRevision?: number | undefined
}

/**
 * Takes what a person says about assets: one entry in the history, all or nothing, on the disk when this returns.
 *
 * @throws AppError `not_found` when one of the assets is not there, `conflict` for another revision, `too_large` for
 *   more assets than one edit may change
 */
export async function editAssets(
  db: Database,
  which: WhichAssets,
  edit: BulkEdit,
  { accountId, ifRevision }: EditOptions,
): Promise<EditAnswer> {
  const words = nextWords(edit)
  return await transact(db, { durable: true }, async (tx) => {
    const ids = await chosenIds(tx, which)
    const revisions = await lockAssets(tx, ids)
    const gone = ids.filter((id) => !revisions.has(id))
    if (gone.length > 0 && 'assetIds' in which) {
      throw new AppError('not_found', `There is no asset ${gone[0]}`, { details: gone.slice(0, 100) })
    }
    if (ifRevision !== undefined && [...revisions.values()].some((revision) => revision !== ifRevision)) {
      throw new AppError('conflict', 'Somebody has edited it meanwhile; look at it again', {
        details: { revisions: Object.fromEntries(revisions) },
      })
    }
    const recorded = await say(tx, ids, words, accountId)
    return { editId: recorded.editId, assets: recorded.assetIds.length, kept: [] }
  })
}

/**
 * Takes what a person says as part of something larger. The caller holds the assets' locks.
 *
 * @param words of `nextWords`
 */
export async function say(
  tx: DatabaseTransaction,
  assetIds: readonly number[],
  words: RawBuilder<unknown>,
  accountId: number,
): Promise<RecordedEdit> {
  const recorded = await recordChanges(tx, { kind: 'edit', accountId }, changesBy(words, assetIds))
  await requestWriteBack(tx, recorded)
  return recorded
}

async function chosenIds(tx: DatabaseTransaction, which: WhichAssets): Promise<number[]> {
  if ('assetIds' in which) return [...new Set(which.assetIds)]
  const { rows } = await sql<{ id: number }>`
    select a.id from asset a where ${assetConditions(which.filter)} limit ${MAX_BULK_ASSETS + 1}`.execute(tx)
  if (rows.length > MAX_BULK_ASSETS) {
    throw new AppError(
      'too_large',
      `More than ${MAX_BULK_ASSETS} assets fit this filter; narrow it, or edit them in parts`,
    )
  }
  return rows.map(({ id }) => id)
}

/** What is said already, and what would only repeat what is true, is no change. */
function changesBy(words: RawBuilder<unknown>, ids: readonly number[]): RawBuilder<unknown> {
  return sql`
    select a.id, next.field, word.value, next.value, next.shown
    from asset a
    cross join lateral (${words}) next
    left join asset_edit word on word.asset_id = a.id and word.field = next.field
    where a.id = any(${[...ids]}::bigint[]) and next.value is not null
      and word.value is distinct from next.value and not (next.computed and next.value = next.shown)`
}
