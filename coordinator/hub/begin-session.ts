import type { Socket } from 'socket.io'
import type { AgentMessage, AgentSettings } from '../../protocol/agents.ts'
import { AppError } from '../../protocol/errors.ts'
import { storableText } from '../../protocol/media.ts'
import { createToken, tokenHash } from '../accounts/token-hash.ts'
import type { Database } from '../db/database.ts'
import { storableJson } from '../intake/storable-json.ts'
import type { ConnectedAgent } from './connected-agent.ts'
import type { Presence } from './presence.ts'

export type Session = {
  connected: ConnectedAgent
  /** For what the agent sends by HTTP. */
  token: string
  draining: boolean
  settings: AgentSettings
}

/**
 * Notes that an agent whose proof is good is here now; a session it had elsewhere is over with that.
 *
 * @throws AppError `unauthenticated` when no agent has that key, or it has been revoked
 * @throws AppError `unavailable` when the connection has ended meanwhile
 */
export async function beginSession(
  db: Database,
  presence: Pick<Presence, 'id' | 'left'>,
  socket: Socket,
  hello: AgentMessage<'hello'>,
): Promise<Session> {
  const token = createToken()
  const sessionHash = tokenHash(token)
  const row = await db
    .updateTable('agent')
    .set({
      session_hash: sessionHash,
      last_seen_at: new Date(),
      version: storableText(hello.agentVersion),
      facts: storableJson(hello.facts),
      capabilities: JSON.stringify(hello.capabilities),
      roots: storableJson(hello.roots),
      models: storableJson(hello.models),
      instance: hello.instance,
      coordinator_id: presence.id,
    })
    .where('public_key', '=', Buffer.from(hello.publicKey, 'base64url'))
    .where('revoked_at', 'is', null)
    .returning(['id', 'name', 'draining', 'settings'])
    .executeTakeFirst()
  if (!row) {
    throw new AppError(
      'unauthenticated',
      `Agent "${hello.name}" is not known here or has been revoked: pair it again`,
    )
  }
  if (!socket.connected) {
    await presence.left(row.id, sessionHash)
    throw new AppError('unavailable', 'The connection ended during its hello')
  }
  const connected: ConnectedAgent = {
    agentId: row.id,
    sessionHash,
    instance: hello.instance,
    models: hello.models,
    name: row.name,
    capabilities: new Set(hello.capabilities.map((offer) => offer.capability)),
    socket,
    isAsleep: false,
  }
  return { connected, token, draining: row.draining, settings: row.settings }
}
