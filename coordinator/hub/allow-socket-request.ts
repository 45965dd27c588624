import type { IncomingMessage } from 'node:http'
import { isSameOrigin } from '../http/judge-origin.ts'

type Decide = (error: string | null, isAllowed: boolean) => void

/**
 * For Socket.IO's `allowRequest`: no page of another site may open a socket here, whatever cookie its
 * browser adds. Agents send neither `Origin` nor cookies and pass. Asked once for each connection.
 */
export function allowSocketRequest(
  publicOrigins: readonly string[],
  guard: { admits(request: IncomingMessage): boolean } = { admits: () => true },
): (request: IncomingMessage, decide: Decide) => void {
  return (request, decide) => {
    // Long polling reads with plain GETs; WebSocket handshakes always carry an `Origin` in browsers.
    const isPlainRead = request.method === 'GET' && request.headers.upgrade === undefined
    const isAllowed = isSameOrigin({ headers: request.headers, isPlainRead }, publicOrigins)
    if (!isAllowed) decide('This connection came from another site', false)
    else if (!guard.admits(request)) decide('Too many connections that have not said who they are', false)
    else decide(null, true)
  }
}
