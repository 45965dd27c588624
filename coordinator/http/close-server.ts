import type { Server } from 'node:http'
import type { Server as TlsServer } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'

/** How long requests that are being answered may go on, in ms; the stream of an original is cut then. */
const GRACE_MS = 5_000
const IDLE_CHECK_MS = 50

/** Takes nothing new and lets requests that are being answered end; what takes longer is broken off. */
export async function closeServer(server: Server | TlsServer, graceMs = GRACE_MS): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // A connection that is kept alive would stay open after the answer that it was busy with.
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS)
  const limit = new AbortController()
  await Promise.race([closed, sleep(graceMs, undefined, { signal: limit.signal }).catch(() => {})])
  limit.abort()
  clearInterval(idle)
  server.closeAllConnections()
}
