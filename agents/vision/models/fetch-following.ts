import { AppError } from '../../../protocol/errors.ts'
import { redirectTarget } from './redirect-target.ts'

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
    target = redirectTarget(target, location)
  }
  throw new AppError('forbidden', `${url} leads from one address to another without end`)
}
