import { sql } from 'kysely'
import type { DatabaseTransaction } from '../db/database.ts'

/**
 * Two assets are becoming one: what people have said about things in the one that goes is said about the one that stays.
 * What models saw there they will see again. The caller holds both assets and removes the other.
 */
export async function mergeDetections(
  tx: DatabaseTransaction,
  goneId: number,
  stayingId: number,
): Promise<void> {
  await sql`update detection set asset_id = ${stayingId}
    where asset_id = ${goneId} and (review <> 'proposed' or label <> class_name)`.execute(tx)
}
