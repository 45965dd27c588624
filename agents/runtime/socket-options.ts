import type { ManagerOptions, SocketOptions } from 'socket.io-client'
import type { AppError } from '../../protocol/errors.ts'
import { PinnedAgent } from './pinned-agent.ts'

/**
 * How every connection of an agent is opened: a WebSocket at once, and no tries but its own.
 *
 * @param onMismatch told when the other side shows another certificate than the pinned one
 */
export function socketOptions(
  fingerprint: string | null,
  onMismatch?: (error: AppError) => void,
): Partial<ManagerOptions & SocketOptions> {
  const options: Partial<ManagerOptions & SocketOptions> = {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
  }
  if (fingerprint === null) return options
  // Its type is that of browsers; under Node it goes to `https.request`.
  const agent = new PinnedAgent(fingerprint, {}, onMismatch) as unknown as string
  return { ...options, agent }
}
