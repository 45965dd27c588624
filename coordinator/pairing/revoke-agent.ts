import { AppError } from '../../protocol/errors.ts'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import { releaseAllOf } from '../jobs/return-jobs.ts'

/**
 * Shuts an agent out: its key is refused from now on, its session is no longer good, what it holds is queued again.
 * It stays known, because jobs and libraries name it; a pairing code can give its place to another key.
 *
 * @throws AppError `not_found`
 */
export function revokeAgent(db: Database, agentId: number): Promise<void> {
  return transact(db, { durable: true }, async (tx) => {
    const agent = await tx
      .updateTable('agent')
      .set({ revoked_at: new Date(), session_hash: null, coordinator_id: null })
      .where('id', '=', agentId)
      .where('revoked_at', 'is', null)
      .returning('id')
      .executeTakeFirst()
    if (!agent) throw new AppError('not_found', `There is no agent ${agentId}`)
    await releaseAllOf(tx, agentId, 'The agent has been revoked')
  })
}
