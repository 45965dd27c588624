import { decodePathName, type PathName } from '../../protocol/path-name.ts'
import { liesWithin } from './absolute-path.ts'

/** One file system and where it is mounted. */
export type Mount = { path: PathName; type: string }

/** File systems whose other side may go away without a word. A disk in this machine with a driver of its own is `fuseblk`. */
const REMOTE = /^(nfs\d?|cifs|smb\d?|smbfs|fuse|fuse\..*|9p|ceph|afs|lustre|glusterfs|davfs|autofs)$/

/**
 * @param text of `/proc/self/mountinfo`, latin1: names may hold any byte
 * @returns mounts in their order; a later one hides an earlier one at the same path
 */
export function parseMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [before = '', after] = line.split(' - ')
    const path = before.split(' ')[4]
    const type = after?.split(' ')[0]
    if (path === undefined || type === undefined) return []
    return [{ path: decodePathName(Buffer.from(unescaped(path), 'latin1')), type }]
  })
}

/** Blanks and backslashes are written as `\040`. */
function unescaped(path: string): string {
  return path.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}

/** Whether what lies at a path comes over a network, as far as the table of mounts tells; nothing is looked up. */
export function isRemote(path: PathName, mounts: readonly Mount[]): boolean {
  let found: Mount | undefined
  for (const mount of mounts) {
    if (!liesWithin(mount.path, path)) continue
    if (found === undefined || mount.path.length >= found.path.length) found = mount
  }
  return found !== undefined && REMOTE.test(found.type)
}
