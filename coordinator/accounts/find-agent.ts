import type { Queryable } from '../db/database.ts'
import { tokenHash } from './token-hash.ts'

/** Which agent a bearer token belongs to; it is the one from the agent's last `hello`. */
export async function findAgentByToken(db: Queryable, token: string): Promise<number | undefined> {
  const agent = await db
    .selectFrom('agent')
    .select('id')
    .where('session_hash', '=', tokenHash(token))
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return agent?.id
}
