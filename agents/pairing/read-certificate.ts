import { connect } from 'node:tls'
import { AppError } from '../../protocol/errors.ts'
import { certificateFingerprint } from '../runtime/pinned-agent.ts'

const LIMIT_MS = 10_000

export type SeenCertificate = {
  /** SHA-256, base64url. */
  fingerprint: string
  /** Whether an authority that this machine trusts vouches for it, for this very name. */
  isTrusted: boolean
}

/**
 * Looks at the certificate of whoever answers at an https address, and says nothing to them.
 *
 * @returns null for an address without TLS
 * @throws AppError `unavailable`
 */
export function readCertificate(address: string): Promise<SeenCertificate | null> {
  const url = new URL(address)
  if (url.protocol !== 'https:') return Promise.resolve(null)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port: Number(url.port || 443),
      rejectUnauthorized: false,
      // An address is not a name: TLS has no place for it.
      ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
    })
    const fail = (cause?: Error) => {
      socket.destroy()
      reject(
        new AppError(
          'unavailable',
          `Nobody answers with TLS at ${url.origin}: is that the coordinator's address?`,
          {
            cause,
          },
        ),
      )
    }
    socket.setTimeout(LIMIT_MS, fail)
    socket.once('error', fail)
    socket.once('secureConnect', () => {
      const fingerprint = certificateFingerprint(socket)
      const isTrusted = socket.authorized
      socket.destroy()
      if (fingerprint === undefined) fail()
      else resolve({ fingerprint, isTrusted })
    })
  })
}
