import { sql } from 'kysely'
import { AppError } from '../../protocol/errors.ts'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import { releaseAllOf } from '../jobs/return-jobs.ts'
import { admitAgent, replaceAgentKey } from './admit-agent.ts'
import { type PresentedCode, tryPairingCode } from './pairing-codes.ts'

/**
 * Lets in whoever knows a code.
 *
 * @throws AppError `forbidden` when the code is not good, or the key has been revoked
 */
export async function redeemCode(
  db: Database,
  presented: PresentedCode,
): Promise<{ agentId: number; coordinatorProof: string }> {
  const { id, agentId: placeId, coordinatorProof } = await tryPairingCode(db, presented)
  const agentId = await transact(db, { durable: true }, async (tx) => {
    const { rows } = await sql`
      update pairing_code set used_at = coalesce(used_at, now()), used_by = ${presented.publicKey}
      where id = ${id} and (used_at is null or used_by = ${presented.publicKey})
      returning id`.execute(tx)
    if (rows.length === 0)
      throw new AppError('forbidden', 'Another machine has used this pairing code just now')
    if (placeId === null) return await admitAgent(tx, presented)
    await releaseAllOf(tx, placeId, 'The machine has been replaced')
    return await replaceAgentKey(tx, placeId, presented)
  })
  await db.updateTable('pairing_code').set({ agent_id: agentId }).where('id', '=', id).execute()
  return { agentId, coordinatorProof }
}
