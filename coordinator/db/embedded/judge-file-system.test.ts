import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { findMount, judgeFileSystem } from './judge-file-system.ts'
import { readMount } from './read-mount.ts'

const mountInfo = `
22 28 0:20 / /proc rw,nosuid shared:12 - proc proc rw
28 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
31 28 0:40 / /media rw,relatime shared:5 - btrfs /dev/sdb rw,subvol=/media
40 31 0:52 / /media/anna/nas rw,relatime shared:30 - cifs //nas/photos rw,vers=3.1.1
41 28 0:53 / /mnt/my\\040share rw - nfs4 nas:/volume1 rw
42 28 0:54 / /mnt/twice rw - ext4 /dev/sdc rw
43 42 0:55 / /mnt/twice rw - fuse.sshfs anna@nas: rw
`

test.each([
  ['/var/lib/hearth', '/', 'ext4'],
  ['/media/anna/.local/share/hearth', '/media', 'btrfs'],
  ['/media/anna/nas', '/media/anna/nas', 'cifs'],
  ['/media/anna/nas/hearth', '/media/anna/nas', 'cifs'],
  ['/media/anna/nas2/hearth', '/media', 'btrfs'],
  ['/mnt/my share/hearth', '/mnt/my share', 'nfs4'],
  ['/mnt/twice/hearth', '/mnt/twice', 'fuse.sshfs'],
])('%s is on %s', (folder, mountPoint, type) => {
  expect(findMount(folder, mountInfo)).toEqual({ mountPoint, type })
})

test.each(['nfs', 'nfs4', 'cifs', 'smb3', 'smbfs', 'fuse.sshfs', 'webdav'])(
  'a database on %s is refused in a sentence that says what to do',
  (type) => {
    const judgement = judgeFileSystem('/mnt/nas/hearth', { mountPoint: '/mnt/nas', type })
    expect(judgement).toMatchObject({
      verdict: 'refuse',
      message: expect.stringMatching(/\/mnt\/nas\/hearth.*network.*local disk with --data/),
    })
  },
)

test.each(['ext4', 'xfs', 'btrfs', 'zfs', 'apfs', 'overlay', 'fuseblk'])(
  'a database on %s is fine',
  (type) => {
    expect(judgeFileSystem('/data', { mountPoint: '/', type })).toEqual({ verdict: 'fine' })
  },
)

test.each(['tmpfs', '9p', 'virtiofs'])('a database on %s is warned about', (type) => {
  expect(judgeFileSystem('/mnt/x', { mountPoint: '/mnt', type })).toMatchObject({ verdict: 'warn' })
})

test.skipIf(process.platform === 'win32')('this machine says what its folders are on', () => {
  expect(readMount(tmpdir())).toEqual({
    mountPoint: expect.stringMatching(/^\//),
    type: expect.stringMatching(/./),
  })
})
