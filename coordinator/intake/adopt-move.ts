import type { DatabaseTransaction } from '../db/database.ts'
import { reconcileFolder } from './reconcile-folder.ts'

/**
 * A file that was missing has turned up under another name: its row, with everything known about it,
 * takes the new place, and the row that the scan made for the new place goes.
 *
 * The caller holds the lock of the new place's folder.
 */
export async function adoptMove(
  tx: DatabaseTransaction,
  missingId: number,
  arrivedId: number,
): Promise<void> {
  const arrived = await tx
    .deleteFrom('asset_file')
    .where('id', '=', arrivedId)
    .returningAll()
    .executeTakeFirstOrThrow()
  await tx
    .updateTable('asset_file')
    .set({
      folder_id: arrived.folder_id,
      name: arrived.name,
      size_bytes: arrived.size_bytes,
      mtime_us: arrived.mtime_us,
      state: 'ingested',
    })
    .where('id', '=', missingId)
    .execute()
  await reconcileFolder(tx, arrived.folder_id)
}
