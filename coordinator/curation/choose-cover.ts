import { AppError } from '../../protocol/errors.ts'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import { followPreviews } from '../detections/follow-previews.ts'
import { refreshAssets } from '../intake/refresh-assets.ts'
import { lockAssets } from './lock-assets.ts'

/**
 * Shows an asset by the file that a person has chosen, also after the next scan; null: by the rule again.
 *
 * @throws AppError `not_found` when the asset or the file of it is not there
 */
export async function chooseCover(db: Database, assetId: number, fileId: number | null): Promise<void> {
  await transact(db, { durable: true }, async (tx) => {
    await lockAssets(tx, [assetId])
    const asset = await tx.selectFrom('asset').select('id').where('id', '=', assetId).executeTakeFirst()
    if (!asset) throw new AppError('not_found', `There is no asset ${assetId}`)
    if (fileId !== null) {
      const file = await tx
        .selectFrom('asset_file')
        .select('role')
        .where('id', '=', fileId)
        .where('asset_id', '=', assetId)
        .executeTakeFirst()
      if (!file || file.role === 'sidecar')
        throw new AppError('not_found', `Asset ${assetId} has no picture ${fileId}`)
    }
    await tx.updateTable('asset').set({ chosen_cover_file_id: fileId }).where('id', '=', assetId).execute()
    await refreshAssets(tx, [assetId])
    await followPreviews(tx, [assetId])
  })
}
