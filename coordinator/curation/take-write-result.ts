import { sql } from 'kysely'
import { decodePathName } from '../../protocol/path-name.ts'
import type { SidecarWriteResult } from '../../protocol/sidecar-write.ts'
import type { DatabaseTransaction } from '../db/database.ts'
import { refreshAssets } from '../intake/refresh-assets.ts'
import { storableJson } from '../intake/storable-json.ts'
import type { FinishedJob } from '../jobs/job-type.ts'
import { lockAssets } from './lock-assets.ts'
import { routeWriteBacks } from './route-write-backs.ts'
import { forgetSidecar, storeSidecar } from './store-sidecar.ts'

type Outcome<K> = Extract<SidecarWriteResult, { outcome: K }>
type Place = { assetId: number; libraryId: number; path: string; isMirrored: boolean }

/** Refusals that are no failure: Hearth keeps the words, and says so. */
const keptHere: readonly string[] = ['not_allowed', 'read_only']

/**
 * Takes what became of a write. What people have edited while it ran is queued anew: the one open job of the asset
 * has just ended.
 *
 * @param isRestore the version before ours was put back, so that nothing is wanted until somebody edits again
 */
export async function takeWriteResult(
  tx: DatabaseTransaction,
  job: FinishedJob,
  result: SidecarWriteResult,
  isRestore: boolean,
): Promise<void> {
  const place = await findPlace(tx, job.subjectId)
  if (place === undefined) return
  if (result.outcome === 'written') await takeWritten(tx, place, result, isRestore)
  else if (result.outcome === 'conflict') await takeConflict(tx, place, result)
  else await takeRefused(tx, place, result)
  await sql`insert into write_back_event (asset_id, event, revision, message)
    values (${place.assetId}, ${isRestore ? `restore ${result.outcome}` : result.outcome}, ${result.revision},
      ${result.outcome === 'refused' ? result.message : null})`.execute(tx)
  if (!isRestore && result.outcome !== 'conflict') await queueNewer(tx, place.assetId, result.revision)
}

async function findPlace(tx: DatabaseTransaction, assetId: number): Promise<Place | undefined> {
  const { rows } = await sql<{ libraryId: number; path: Buffer; isMirrored: boolean }>`
    select library.id as "libraryId", write_back.path, mirror_root is not null as "isMirrored"
    from write_back join library on library.id = write_back.library_id
    where asset_id = ${assetId} and path is not null`.execute(tx)
  const row = rows[0]
  return row && { ...row, assetId, path: decodePathName(row.path) }
}

async function takeWritten(
  tx: DatabaseTransaction,
  place: Place,
  { revision, sidecar, tags, keptBefore }: Outcome<'written'>,
  isRestore: boolean,
): Promise<void> {
  if (!place.isMirrored) await storeSidecar(tx, place, sidecar, tags)
  await lockAssets(tx, [place.assetId])
  await sql`
    update write_back set
      state = ${isRestore ? 'kept_here' : 'written'}, reason = ${isRestore ? 'undone' : null}, message = null,
      written_revision = greatest(written_revision, ${revision}), resolved_hash = null, theirs = null,
      written_fields = case when ${isRestore} then '{}' else array(
        select unnest(written_fields) union select field from asset_edit
        where asset_edit.asset_id = write_back.asset_id and field <> 'favourite') end,
      sidecar_hash = ${Buffer.from(sidecar.contentHash, 'hex')},
      kept_before = ${isRestore ? null : keptBefore}, changed_at = now()
    where asset_id = ${place.assetId}`.execute(tx)
  if (!place.isMirrored) await refreshAssets(tx, [place.assetId])
}

async function takeConflict(
  tx: DatabaseTransaction,
  place: Place,
  { sidecar, tags }: Outcome<'conflict'>,
): Promise<void> {
  if (!place.isMirrored) {
    if (sidecar === null) await forgetSidecar(tx, place)
    else await storeSidecar(tx, place, sidecar, tags ?? {})
  }
  await lockAssets(tx, [place.assetId])
  await sql`
    update write_back set state = 'conflict', reason = 'changed_outside', changed_at = now(), resolved_hash = null,
      message = ${sidecar === null ? 'The sidecar is gone' : 'The sidecar was changed by another program'},
      sidecar_hash = ${sidecar && Buffer.from(sidecar.contentHash, 'hex')}, theirs = ${storableJson(tags ?? {})}
    where asset_id = ${place.assetId}`.execute(tx)
  if (!place.isMirrored) await refreshAssets(tx, [place.assetId])
}

async function takeRefused(
  tx: DatabaseTransaction,
  place: Place,
  { reason, message }: Outcome<'refused'>,
): Promise<void> {
  await lockAssets(tx, [place.assetId])
  await sql`
    update write_back set state = ${keptHere.includes(reason) ? 'kept_here' : 'failed'}, reason = ${reason},
      message = ${message}, changed_at = now()
    where asset_id = ${place.assetId}`.execute(tx)
}

async function queueNewer(tx: DatabaseTransaction, assetId: number, revision: number): Promise<void> {
  const { rows } = await sql`select 1 from write_back
    where asset_id = ${assetId} and wanted_revision > ${revision}`.execute(tx)
  if (rows.length > 0) await routeWriteBacks(tx, [assetId])
}
