import { AppError } from '../../protocol/errors.ts'
import type { Queryable } from '../db/database.ts'
import { enqueueIngest } from '../intake/enqueue-ingest.ts'

/**
 * A derived file that the database knows is not in the store: its original is read again.
 *
 * @throws AppError `not_found`, always; the sentence says that the picture comes back
 */
export async function refuseLostDerived(db: Queryable, fileId: number): Promise<never> {
  await enqueueIngest(db, [fileId])
  throw new AppError('not_found', 'This picture was lost from the data folder and is being made again')
}
