import { displayPathName, type PathName } from '../../../protocol/path-name.ts'
import { SmbError } from './smb-error.ts'

/** Characters that no SMB name can have; Samba shows files that have one under another, made-up name. */
const reserved = /[\p{Cc}"*:<>?\\|]/u
/** Servers drop them, so that another file would be opened. */
const droppedEnd = /[ .]$/

/**
 * The name of a path on a share: backslashes, UTF-16.
 *
 * @param path below the share, `/` between segments; bytes that are not UTF-8 as lone surrogates
 * @throws SmbError `bad_request` about this file alone when SMB cannot say the name, which another source can
 */
export function smbNameOf(path: PathName): string {
  for (const segment of path === '' ? [] : path.split('/')) {
    const why = problemOf(segment)
    if (why !== undefined) {
      throw new SmbError('bad_request', `${displayPathName(path)} cannot be had by SMB: ${why}`, {
        scope: 'file',
      })
    }
  }
  return path.replaceAll('/', '\\')
}

function problemOf(segment: string): string | undefined {
  if (segment === '' || segment === '.' || segment === '..') return 'it is no path below the share'
  if (!segment.isWellFormed()) return 'its name is not Unicode'
  if (reserved.test(segment)) return 'its name has a character that SMB reserves'
  if (droppedEnd.test(segment)) return 'its name ends with a dot or a blank, which SMB drops'
  return undefined
}
