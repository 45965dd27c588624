import { sql } from 'kysely'
import type { CurationField } from '../../protocol/curation.ts'
import type { EditAnswer } from '../../protocol/edits.ts'
import { AppError } from '../../protocol/errors.ts'
import type { Database, DatabaseTransaction } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import { conflictVersion } from './conflict-version.ts'
import { lockAssets } from './lock-assets.ts'
import { recordChanges } from './record-changes.ts'
import { routeWriteBacks } from './route-write-backs.ts'
import { settleWords, shownWords } from './truth.ts'

export type Choice = 'mine' | 'theirs'
export type Decision = {
  /** Of the two sides that the person has seen. */
  conflictVersion: string
  choice: Choice
  fields: Partial<Record<CurationField, Choice>>
  accountId: number
}

/**
 * A person has seen both sides. Mine: merged over what lies there. Theirs: our word for the field is dropped, and the
 * history says so. The rest of the sidecar stays as it is in any case.
 *
 * @throws AppError `not_found`, or `conflict` when there is nothing to decide any more, or something else than what the
 *   person has seen
 */
export async function resolveConflict(
  db: Database,
  assetId: number,
  { conflictVersion: seen, choice, fields, accountId }: Decision,
): Promise<EditAnswer> {
  const named = Object.entries(fields)
  const dropped = named.filter(([, side]) => side === 'theirs').map(([field]) => field)
  const keptMine = named.filter(([, side]) => side === 'mine').map(([field]) => field)
  const isDropped = sql`(word.field = any(${dropped}::text[])
    or ${choice === 'theirs'} and word.field <> all(${keptMine}::text[]))`
  return await transact(db, { durable: true }, async (tx) => {
    await lockAssets(tx, [assetId])
    await requireSeen(tx, assetId, seen)
    const recorded = await recordChanges(
      tx,
      { kind: 'resolve', accountId },
      sql`
        select a.id, word.field, word.value, null::jsonb, shown.words->word.field
        from asset_edit word join asset a on a.id = word.asset_id
        cross join lateral (select ${shownWords} as words) shown
        where word.asset_id = ${assetId} and word.field <> 'favourite' and ${isDropped}`,
    )
    await settleWords(tx, [assetId])
    await sql`
      update write_back set state = 'pending', reason = null, message = null, resolved_hash = sidecar_hash,
        theirs = null, changed_at = now(), wanted_revision = greatest(wanted_revision, ${recorded.editId ?? 0}),
        written_fields = array(select unnest(written_fields) except select field from edit_change
          where edit_id = ${recorded.editId ?? 0})
      where asset_id = ${assetId}`.execute(tx)
    await sql`insert into write_back_event (asset_id, event, account_id, message)
      values (${assetId}, 'resolved', ${accountId}, ${choice})`.execute(tx)
    const { rows: left } = await sql`select 1 from asset_edit
      where asset_id = ${assetId} and field <> 'favourite'`.execute(tx)
    if (left.length > 0) await routeWriteBacks(tx, [assetId])
    else
      await sql`update write_back set state = 'written', written_revision = wanted_revision
        where asset_id = ${assetId}`.execute(tx)
    return { editId: recorded.editId, assets: recorded.assetIds.length, kept: [] }
  })
}

/** Nobody can change either side any more until the transaction ends. */
async function requireSeen(tx: DatabaseTransaction, assetId: number, seen: string): Promise<void> {
  const { rows } = await sql<{ version: string | null }>`
    select ${conflictVersion} as version from write_back where asset_id = ${assetId} for update`.execute(tx)
  if (!rows[0]) throw new AppError('not_found', `Nothing of asset ${assetId} is to be written`)
  const { version } = rows[0]
  if (version === null)
    throw new AppError('conflict', 'There is no conflict to resolve; somebody may have done so already')
  if (version !== seen)
    throw new AppError('conflict', 'One of the two sides has changed since you looked; decide again')
}
