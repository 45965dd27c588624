/** A mounted file system, as far as it matters to a database. */
export type Mount = { mountPoint: string; type: string }

/** Types whose files are on another machine. */
const networkTypes = new Set([
  'afs',
  'ceph',
  'cifs',
  'davfs',
  'fuse.cephfs',
  'fuse.davfs',
  'fuse.glusterfs',
  'fuse.gvfsd-fuse',
  'fuse.rclone',
  'fuse.s3fs',
  'fuse.smbnetfs',
  'fuse.sshfs',
  'glusterfs',
  'lustre',
  'ncpfs',
  'nfs',
  'nfs4',
  'smb2',
  'smb3',
  'smbfs',
  'webdav',
])
/** Folders of the machine around a container or a virtual machine: mostly a local disk, by a long way. */
const hostTypes = new Set(['9p', 'drvfs', 'fakeowner', 'fuse.grpcfuse', 'vboxsf', 'virtiofs', 'vmhgfs'])
/** Gone when the machine is switched off. */
const memoryTypes = new Set(['ramfs', 'tmpfs'])

export type FileSystemJudgement =
  | { verdict: 'fine' }
  | { verdict: 'warn'; message: string }
  | { verdict: 'refuse'; message: string }

/**
 * Whether a database may live on this file system. Not on a network: locks and syncs there promise less than
 * they say, two machines may open one database, and what one of them committed is lost.
 */
export function judgeFileSystem(folder: string, mount: Mount | undefined): FileSystemJudgement {
  if (!mount) return { verdict: 'fine' }
  const { type, mountPoint } = mount
  if (networkTypes.has(type)) {
    return {
      verdict: 'refuse',
      message: `The database cannot live in ${folder}: ${mountPoint} is a network file system (${type}), where two machines may open it and damage it. Choose a folder on a local disk with --data; pictures may stay on the network`,
    }
  }
  if (hostTypes.has(type)) {
    return {
      verdict: 'warn',
      message: `The database in ${folder} is on a folder of the host (${type} at ${mountPoint}): whether what it keeps survives power loss depends on that machine. A volume of this one's own is safer, and quicker`,
    }
  }
  if (memoryTypes.has(type)) {
    return {
      verdict: 'warn',
      message: `The database in ${folder} is in memory (${type} at ${mountPoint}): it is gone when this machine is switched off`,
    }
  }
  return { verdict: 'fine' }
}

/**
 * Finds the mount that a folder is on.
 *
 * @param folder absolute, without symbolic links
 * @param mountInfo the text of Linux's `/proc/self/mountinfo`
 * @see https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
 */
export function findMount(folder: string, mountInfo: string): Mount | undefined {
  let found: Mount | undefined
  for (const line of mountInfo.split('\n')) {
    const [head = '', tail = ''] = line.split(' - ')
    const mountPoint = unescapeMount(head.split(' ')[4] ?? '')
    const type = tail.split(' ')[0] ?? ''
    if (!mountPoint || !type || !isBelow(folder, mountPoint)) continue
    // Of mounts on one point the last hides the others.
    if (!found || mountPoint.length >= found.mountPoint.length) found = { mountPoint, type }
  }
  return found
}

function isBelow(folder: string, mountPoint: string): boolean {
  return mountPoint === '/' || folder === mountPoint || folder.startsWith(`${mountPoint}/`)
}

/** Spaces and the like are written as three octal digits. */
function unescapeMount(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}
