import { AppError } from '../../../protocol/errors.ts'

const MAX_REDIRECTS = 5
const redirects = [301, 302, 303, 307, 308]

/**
 * Asks for an address and follows where it leads, never from an encrypted address to one that is not.
 *
 * @throws AppError `forbidden` for a way that must not be gone; what `fetch` throws
 */
export async function fetchFollowing(
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Response> {
  let target = new URL(url)
  for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
    const response = await fetch(target, { headers, redirect: 'manual', signal })
    if (!redirects.includes(response.status)) return response
    const location = response.headers.get('location')
    await response.body?.cancel()
    target = checkRedirect(target, location)
  }
  throw new AppError('forbidden', `${url} leads from one address to another without end`)
}

function checkRedirect(from: URL, location: string | null): URL {
  const to = location === null ? null : URL.parse(location, from)
  if (to === null) throw new AppError('forbidden', `${from.href} leads to an address that is none`)
  if (to.protocol === 'https:' || (to.protocol === 'http:' && from.protocol === 'http:')) return to
  throw new AppError('forbidden', `${from.href} leads to ${to.protocol}//${to.host}, which is not encrypted`)
}
