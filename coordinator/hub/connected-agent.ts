import type { Socket } from 'socket.io'
import type { Capability } from '../../protocol/capability.ts'
import { AppError } from '../../protocol/errors.ts'

/** An agent that has said hello on a connection to this coordinator. */
export type ConnectedAgent = {
  agentId: number
  /** New with each hello, so that the row tells this connection from later ones. */
  sessionHash: Buffer
  instance: string
  /** Keys of those that it can run. */
  models: readonly string[]
  name: string
  capabilities: ReadonlySet<Capability>
  socket: Socket
  /** It has said that it goes to sleep: whoever speaks next on this connection proves who they are first. */
  isAsleep: boolean
}

/** The word that should have closed this connection has been lost, or is on its way. */
export function endStale({ socket }: ConnectedAgent): AppError {
  socket.disconnect(true)
  return new AppError('unavailable', 'This agent has connected elsewhere since, or has been revoked')
}
