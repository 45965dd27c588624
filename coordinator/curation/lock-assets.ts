import { sql } from 'kysely'
import type { DatabaseTransaction } from '../db/database.ts'

/**
 * Locks assets in the one order in which everybody does: their open writings first, as a result that is being taken
 * holds its job already when it comes to the asset.
 *
 * @returns the revisions of those that exist
 */
export async function lockAssets(
  tx: DatabaseTransaction,
  assetIds: readonly number[],
): Promise<Map<number, number>> {
  const ids = [...assetIds]
  await sql`select 1 from job where kind in ('sidecar.write', 'sidecar.restore')
    and subject_id = any(${ids}::bigint[]) and state in ('queued', 'leased') order by id for update`.execute(
    tx,
  )
  const { rows } = await sql<{ id: number; revision: number }>`
    select id, revision from asset where id = any(${ids}::bigint[]) order by id for update`.execute(tx)
  return new Map(rows.map(({ id, revision }) => [id, revision]))
}
