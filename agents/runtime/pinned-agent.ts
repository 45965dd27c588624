import { hash } from 'node:crypto'
import { type AgentOptions, Agent as HttpsAgent, type RequestOptions } from 'node:https'
import type { Duplex } from 'node:stream'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { AppError } from '../../protocol/errors.ts'

/**
 * Opens TLS connections to whoever shows one certificate, and to nobody else; no authority is asked, and neither the
 * name nor the dates in the certificate count. A connection is handed out only when its certificate has been compared,
 * so that nothing is said to another.
 *
 * Sessions are not resumed: a resumed one shows no certificate.
 */
export class PinnedAgent extends HttpsAgent {
  readonly #fingerprint: string
  readonly #onMismatch: ((error: AppError) => void) | undefined

  /** @param fingerprint SHA-256 of the certificate, base64url */
  constructor(fingerprint: string, options: AgentOptions = {}, onMismatch?: (error: AppError) => void) {
    super({ ...options, maxCachedSessions: 0 })
    this.#fingerprint = fingerprint
    this.#onMismatch = onMismatch
  }

  override createConnection(
    options: RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const socket = connect({ ...options, rejectUnauthorized: false } as ConnectionOptions)
    const fail = (error: Error) => callback?.(error, socket)
    socket.once('error', fail)
    socket.once('secureConnect', () => {
      socket.off('error', fail)
      if (certificateFingerprint(socket) === this.#fingerprint) {
        callback?.(null, socket)
        return
      }
      const error = new AppError(
        'unauthenticated',
        `${options.host} shows another certificate than the one this agent knows: if the coordinator has a new one, pair the agent again; else somebody stands between the two`,
      )
      socket.destroy()
      this.#onMismatch?.(error)
      fail(error)
    })
  }
}

/** SHA-256 of the certificate that the other side shows, base64url; undefined when it shows none. */
export function certificateFingerprint(socket: TLSSocket): string | undefined {
  const raw = socket.getPeerX509Certificate()?.raw
  return raw && hash('sha256', raw, 'base64url')
}
