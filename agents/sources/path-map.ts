import type { PathName } from '../../protocol/path-name.ts'

/** `windows`: both slashes separate, and case makes no difference. `posix`: only `/` does, and case counts. */
export type PathStyle = 'posix' | 'windows'

/** The shape of an absolute path tells whose it is: `C:\Photos` and `\\nas\photos` are Windows paths. */
export function styleOfPath(path: string): PathStyle {
  return /^([a-z]:|\\\\)/i.test(path) ? 'windows' : 'posix'
}

/**
 * What lies below `prefix`, where `prefix` is whole segments of the path.
 *
 * @param root of a library, absolute, as its vault names it
 * @param path relative to the root, `/` between segments
 * @returns the rest, `/` between segments, empty for the prefix itself; undefined when the path does not lie there or
 *   is no path below a root
 */
export function restBelow(prefix: string, root: PathName, path: PathName): PathName | undefined {
  const style = styleOfPath(root)
  if (styleOfPath(prefix) !== style) return undefined
  const below = path === '' ? [] : path.split('/')
  if (below.some((segment) => segment === '' || segment === '.' || segment === '..')) return undefined
  const wanted = segmentsOf(prefix, style)
  const given = [...segmentsOf(root, style), ...below]
  if (given.some((segment) => segment === '..') || wanted.length > given.length) return undefined
  const same = wanted.every((segment, i) => isSameName(segment, given[i] as string, style))
  return same ? given.slice(wanted.length).join('/') : undefined
}

/** Of several that hold a path, the ones with more segments first; equal ones stay in their order. */
export function longestFirst<T>(items: readonly T[], prefixOf: (item: T) => string): T[] {
  const length = (item: T) => segmentsOf(prefixOf(item), styleOfPath(prefixOf(item))).length
  return items.toSorted((a, b) => length(b) - length(a))
}

/**
 * Whether a relative path can be said on a machine of this style, and then leads nowhere else than it says.
 *
 * @param rest `/` between segments
 */
export function isSayable(rest: PathName, style: PathStyle): boolean {
  const segments = rest === '' ? [] : rest.split('/')
  if (
    segments.some(
      (segment) => segment === '' || segment === '.' || segment === '..' || segment.includes('\0'),
    )
  )
    return false
  return style === 'posix' || segments.every(isWindowsName)
}

/** @see https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
function isWindowsName(segment: string): boolean {
  return (
    segment.isWellFormed() &&
    !/[\p{Cc}"*:<>?\\|]/u.test(segment) &&
    !/[ .]$/.test(segment) &&
    !/^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)([ .]|$)/i.test(segment)
  )
}

/** The server of `\\nas\photos` is its first segment; empty and `.` segments say nothing. */
function segmentsOf(path: string, style: PathStyle): string[] {
  return path
    .split(style === 'windows' ? /[\\/]/ : '/')
    .filter((segment) => segment !== '' && segment !== '.')
}

function isSameName(a: string, b: string, style: PathStyle): boolean {
  return a === b || (style === 'windows' && a.toUpperCase() === b.toUpperCase())
}
