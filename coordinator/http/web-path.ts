/**
 * The file of the web app that a URL's path names, as clean segments; undefined for anything that could
 * name something else: dot segments in any spelling, hidden files, backslashes, NUL, broken escapes.
 *
 * @param path as it came in the request, still percent-encoded
 */
export function webPathSegments(path: string): string[] | undefined {
  let decoded: string
  try {
    decoded = decodeURIComponent(path)
  } catch {
    return undefined
  }
  if (!decoded.startsWith('/') || /[\\\0]/.test(decoded)) return undefined
  const segments = decoded.split('/').slice(1)
  if (segments.at(-1) === '') segments.pop()
  const isPlain = segments.every(
    (segment) => segment !== '' && !segment.startsWith('.') && !segment.includes(':'),
  )
  return isPlain ? segments : undefined
}
