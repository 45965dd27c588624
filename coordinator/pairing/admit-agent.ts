import { type Kysely, sql } from 'kysely'
import { AppError } from '../../protocol/errors.ts'
import { storableText } from '../../protocol/media.ts'
import type { DatabaseTransaction } from '../db/database.ts'
import type { Tables } from '../db/tables.ts'

export type Newcomer = {
  name: string
  /** Raw bytes. */
  publicKey: Buffer
}

/**
 * Makes an agent of whoever has been let in; one that was let in before stays as it is.
 *
 * @throws AppError `forbidden` for a key that was revoked: it may be in other hands
 */
export async function admitAgent(tx: Kysely<Tables>, { name, publicKey }: Newcomer): Promise<number> {
  const { rows } = await sql<{ id: number; isRevoked: boolean }>`
    insert into agent (name, public_key) values (${storableText(name)}, ${publicKey})
    on conflict (public_key) do update set name = agent.name
    returning id, revoked_at is not null as "isRevoked"`.execute(tx)
  const { id, isRevoked } = rows[0]!
  if (isRevoked) throw revokedKey(name)
  return id
}

/**
 * Gives an agent another key: a machine that was set up anew takes its old place, with its libraries. What the old
 * key still holds ends with its session.
 *
 * @throws AppError `forbidden` when the key is the revoked one, `conflict` when it belongs to another agent
 */
export async function replaceAgentKey(
  tx: DatabaseTransaction,
  agentId: number,
  { name, publicKey }: Newcomer,
): Promise<number> {
  const owner = await tx
    .selectFrom('agent')
    .select(['id', 'revoked_at'])
    .where('public_key', '=', publicKey)
    .executeTakeFirst()
  if (owner?.revoked_at) throw revokedKey(name)
  if (owner && owner.id !== agentId) {
    throw new AppError(
      'conflict',
      `Agent "${name}" is already known here under its key: pair it with --new-key, or with a code for a new machine`,
    )
  }
  await tx
    .updateTable('agent')
    .set({ public_key: publicKey, revoked_at: null, session_hash: null, coordinator_id: null })
    .where('id', '=', agentId)
    .execute()
  return agentId
}

function revokedKey(name: string): AppError {
  return new AppError('forbidden', `The key of agent "${name}" has been revoked here: pair it with --new-key`)
}
