import { execFileSync } from 'node:child_process'
import { readFileSync, realpathSync } from 'node:fs'
import { findMount, type Mount } from './judge-file-system.ts'

/** The first word in brackets of macOS's `mount`: `//user@nas/share on /Volumes/share (smbfs, nodev)`. */
const macMount = /^.* on (?<mountPoint>\/.*) \((?<type>[^,)]+)/gm

/** The mount that a folder is on; undefined where this system does not say. */
export function readMount(folder: string, platform: NodeJS.Platform = process.platform): Mount | undefined {
  const path = realpathSync(folder)
  if (platform === 'linux') return findMount(path, readFileSync('/proc/self/mountinfo', 'utf8'))
  if (platform === 'darwin') {
    const lines = execFileSync('/sbin/mount', { encoding: 'utf8' }).matchAll(macMount)
    return [...lines]
      .map(({ groups }) => groups as Mount)
      .filter(({ mountPoint }) => mountPoint === '/' || `${path}/`.startsWith(`${mountPoint}/`))
      .sort((one, other) => other.mountPoint.length - one.mountPoint.length)[0]
  }
  // A share has no letter of its own when it is named as \\machine\share.
  return path.startsWith('\\\\') ? { mountPoint: path, type: 'smb3' } : undefined
}
