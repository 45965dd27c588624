import { sql } from 'kysely'
import type { IdentifyAnswer } from '../../protocol/pairing.ts'
import type { Database } from '../db/database.ts'
import { isConnected } from '../hub/presence.ts'

/** How the owner of a key stands here. @param publicKey raw bytes */
export async function identifyAgent(db: Database, publicKey: Buffer): Promise<Omit<IdentifyAnswer, 'proof'>> {
  const { rows } = await sql<{ name: string; online: boolean; paused: boolean; revoked: boolean }>`
    select name, ${isConnected} as online, draining as paused, revoked_at is not null as revoked
    from agent where public_key = ${publicKey}`.execute(db)
  const agent = rows[0]
  if (agent) {
    const { revoked, ...rest } = agent
    return revoked
      ? { state: 'revoked', name: agent.name, online: false, paused: false }
      : { state: 'paired', ...rest }
  }
  const request = await db
    .selectFrom('join_request')
    .select('refused_at')
    .where('public_key', '=', publicKey)
    .executeTakeFirst()
  const state = request === undefined ? 'unknown' : request.refused_at ? 'refused' : 'waiting'
  return { state, name: null, online: false, paused: false }
}
