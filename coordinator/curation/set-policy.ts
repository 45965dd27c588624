import { sql } from 'kysely'
import type { WriteBackPolicy } from '../../protocol/edits.ts'
import { encodePathName } from '../../protocol/path-name.ts'
import type { DatabaseTransaction } from '../db/database.ts'
import { normaliseRoot } from '../fleet/create-library.ts'
import { lockAssets } from './lock-assets.ts'
import { routeWriteBacks } from './route-write-backs.ts'

/**
 * Changes what a library allows with what people enter; what is not given stays. What is on its way follows: with
 * `off` it is kept here, and what was kept here for that reason sets out when writing is allowed again.
 *
 * @throws AppError `bad_request` for a mirror that is no absolute path
 */
export async function setPolicy(
  tx: DatabaseTransaction,
  libraryId: number,
  policy: Partial<WriteBackPolicy>,
): Promise<void> {
  const { mode, approval, quietMs, naming, mirrorRoot } = policy
  const mirror = mirrorRoot == null ? null : Buffer.from(encodePathName(normaliseRoot(mirrorRoot)))
  await sql`
    update library set
      write_back = coalesce(${mode ?? null}, write_back),
      write_back_approval = coalesce(${approval ?? null}, write_back_approval),
      write_back_quiet_ms = coalesce(${quietMs ?? null}, write_back_quiet_ms),
      sidecar_naming = coalesce(${naming ?? null}, sidecar_naming),
      mirror_root = case when ${mirrorRoot === undefined} then mirror_root else ${mirror} end
    where id = ${libraryId}`.execute(tx)
  if (mirrorRoot !== undefined) await forgetPlaces(tx, libraryId)
  const { rows } = await sql<{ assetId: number }>`
    select asset_id as "assetId" from write_back where library_id = ${libraryId}
      and (state in ('pending', 'waiting_approval') or state = 'kept_here' and reason = 'library_off')`.execute(
    tx,
  )
  const assetIds = rows.map((row) => row.assetId)
  await lockAssets(tx, assetIds)
  await routeWriteBacks(tx, assetIds)
}

/** What lay in the old place is not known of the new one. */
async function forgetPlaces(tx: DatabaseTransaction, libraryId: number): Promise<void> {
  await sql`update write_back set path = null, sidecar_hash = null, kept_before = null
    where library_id = ${libraryId}`.execute(tx)
}
