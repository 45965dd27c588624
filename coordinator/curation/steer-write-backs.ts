import { type RawBuilder, sql } from 'kysely'
import type { WriteBackState } from '../../protocol/edits.ts'
import { AppError } from '../../protocol/errors.ts'
import { jobContracts } from '../../protocol/jobs.ts'
import type { Database, DatabaseTransaction } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import { enqueueJobs } from '../jobs/enqueue.ts'
import { lockAssets } from './lock-assets.ts'
import { routeWriteBacks } from './route-write-backs.ts'

/** In one transaction; the rest follows in the next. */
const BATCH = 5_000

/** Which write-backs: one, those named, or all of a library or of everywhere. */
export type WhichWriteBacks = { assetIds?: readonly number[] | undefined; libraryId?: number | undefined }

/** Lets what waits for approval be written. Returns how many. */
export async function approveWriteBacks(
  db: Database,
  which: WhichWriteBacks,
  accountId: number,
): Promise<number> {
  return await steer(db, which, ['waiting_approval'], 'approved', accountId)
}

/** Tries again what failed, was kept here, or lost its job. Returns how many. */
export async function retryWriteBacks(
  db: Database,
  which: WhichWriteBacks,
  accountId: number,
): Promise<number> {
  return await steer(db, which, ['failed', 'kept_here', 'pending'], 'retried', accountId)
}

/**
 * @throws AppError `not_found`, or `conflict` when it is in no state for that
 */
export async function retryWriteBack(db: Database, assetId: number, accountId: number): Promise<void> {
  if ((await retryWriteBacks(db, { assetIds: [assetId] }, accountId)) > 0) return
  const known = await db
    .selectFrom('write_back')
    .select('state')
    .where('asset_id', '=', assetId)
    .executeTakeFirst()
  if (!known) throw new AppError('not_found', `Nothing of asset ${assetId} is to be written`)
  throw new AppError('conflict', `It is ${known.state}, so there is nothing to try again`)
}

/**
 * Puts the version back that lay there before ours.
 *
 * @throws AppError `conflict` when none is kept
 */
export async function undoWriteBack(db: Database, assetId: number, accountId: number): Promise<void> {
  await transact(db, { durable: true }, async (tx) => {
    await lockAssets(tx, [assetId])
    const known = await tx
      .selectFrom('write_back')
      .select(['library_id', 'kept_before', 'state'])
      .where('asset_id', '=', assetId)
      .executeTakeFirst()
    if (known?.kept_before == null || known.state !== 'written')
      throw new AppError('conflict', 'No version from before is kept, so nothing can be put back')
    await enqueueJobs(tx, [
      {
        kind: 'sidecar.restore',
        contract: jobContracts['sidecar.restore'],
        subjectId: assetId,
        libraryId: known.library_id,
        payload: { keptBefore: known.kept_before },
      },
    ])
    await note(tx, [assetId], 'undo asked', accountId)
  })
}

async function steer(
  db: Database,
  which: WhichWriteBacks,
  states: WriteBackState[],
  event: string,
  accountId: number,
): Promise<number> {
  let steered = 0
  for (let after = 0; ; ) {
    const ids = await transact(db, { durable: true }, async (tx) => {
      const { rows } = await sql<{ id: number }>`
        select asset_id as id from write_back where state = any(${states}::text[]) and asset_id > ${after}
          and wanted_revision > written_revision and ${conditionOf(which)}
        order by asset_id limit ${BATCH}`.execute(tx)
      const ids = rows.map(({ id }) => id)
      await lockAssets(tx, ids)
      await routeWriteBacks(tx, ids, { approved: true })
      await note(tx, ids, event, accountId)
      return ids
    })
    steered += ids.length
    if (ids.length < BATCH) return steered
    after = ids.at(-1)!
  }
}

function conditionOf({ assetIds, libraryId }: WhichWriteBacks): RawBuilder<unknown> {
  const named = assetIds === undefined ? sql`true` : sql`asset_id = any(${[...assetIds]}::bigint[])`
  return libraryId === undefined ? named : sql`${named} and library_id = ${libraryId}`
}

async function note(
  tx: DatabaseTransaction,
  assetIds: readonly number[],
  event: string,
  accountId: number,
): Promise<void> {
  await sql`insert into write_back_event (asset_id, event, account_id)
    select unnest(${[...assetIds]}::bigint[]), ${event}, ${accountId}`.execute(tx)
}
