import type { IncomingHttpHeaders } from 'node:http'

export type OriginRequest = {
  headers: Pick<IncomingHttpHeaders, 'host' | 'origin' | 'cookie' | 'sec-fetch-site'>
  /** A plain GET that reads: browsers send neither header with it on an unencrypted network. */
  isPlainRead?: boolean
}

/**
 * Whether a request that changes something comes from Hearth's own pages, or from a program.
 *
 * Browsers say where a request comes from: `Sec-Fetch-Site` on trustworthy origins, else `Origin` with
 * everything but plain reads. Programs such as agents say nothing and have no cookie. What says nothing and
 * has a cookie is a browser that hides something.
 */
export function isSameOrigin(request: OriginRequest, publicOrigins: readonly string[]): boolean {
  const { host, origin, cookie, 'sec-fetch-site': site } = request.headers
  if (site === 'same-origin' || site === 'none') return true
  if (origin !== undefined) return isOwnOrigin(origin, host, publicOrigins)
  if (site !== undefined) return false
  return cookie === undefined || request.isPlainRead === true
}

/** The origin of the host that was asked, or one that the configuration names. */
export function isOwnOrigin(
  origin: string,
  host: string | undefined,
  publicOrigins: readonly string[],
): boolean {
  const url = parseUrl(origin)
  if (!url || url.origin === 'null') return false
  if (publicOrigins.some((own) => parseUrl(own)?.origin === url.origin)) return true
  if (host === undefined || !/^https?:$/.test(url.protocol)) return false
  return parseUrl(`${url.protocol}//${host}`)?.host === url.host
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}
