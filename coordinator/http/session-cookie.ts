import type { IncomingHttpHeaders } from 'node:http'
import { SESSION_COOKIE } from '../../protocol/api/account-routes.ts'
import { isOwnOrigin } from './judge-origin.ts'

/** On https the browser itself then refuses a cookie that another host or an unencrypted page has set. */
const SECURE_COOKIE = `__Host-${SESSION_COOKIE}`
const tokenPattern = /^[A-Za-z0-9_-]{43}$/

/**
 * The session's token in a Cookie header. On https only the `__Host-` cookie counts: the plain name could
 * have been set by anyone on the way.
 */
export function readSessionCookie(header: string | undefined, isSecure: boolean): string | undefined {
  const wanted = isSecure ? SECURE_COOKIE : SESSION_COOKIE
  for (const pair of header?.split(';') ?? []) {
    const at = pair.indexOf('=')
    if (at < 0 || pair.slice(0, at).trim() !== wanted) continue
    const value = pair.slice(at + 1).trim()
    return tokenPattern.test(value) ? value : undefined
  }
  return undefined
}

/** A Set-Cookie value; without a session, the one that removes the cookie. */
export function writeSessionCookie(
  session: { token: string; expiresAt: Date } | null,
  isSecure: boolean,
): string {
  const name = isSecure ? SECURE_COOKIE : SESSION_COOKIE
  const expires = (session?.expiresAt ?? new Date(0)).toUTCString()
  const secure = isSecure ? '; Secure' : ''
  return `${name}=${session?.token ?? ''}; Path=/; HttpOnly; SameSite=Lax; Expires=${expires}${secure}`
}

/** As `IncomingMessage`; the socket of an encrypted connection says so. */
export type ReceivedRequest = { headers: Pick<IncomingHttpHeaders, 'host'>; socket?: object }

/**
 * Whether the browser reached this server over https: the connection itself is encrypted, or a proxy has ended TLS,
 * and then the configuration names the https origin for the host that was asked.
 */
export function isSecureRequest(
  { headers, socket }: ReceivedRequest,
  publicOrigins: readonly string[],
): boolean {
  if (socket && 'encrypted' in socket && socket.encrypted === true) return true
  const { host } = headers
  return publicOrigins.some((own) => own.startsWith('https:') && isOwnOrigin(new URL(own).origin, host, []))
}
