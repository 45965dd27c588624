import { expect, test } from 'vitest'
import { IdleProcesses } from './idle-processes.ts'
import { isRemote, parseMounts } from './mounts.ts'
import { groupOf } from './root-groups.ts'

const mounts = parseMounts(`21 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 21 0:40 / /mnt/nas rw,relatime shared:5 master:1 - nfs4 nas:/photos rw,vers=4.2
31 21 0:41 / /mnt/my\\040stick rw - fuseblk /dev/sdb1 rw
32 30 0:42 / /mnt/nas/local rw - ext4 /dev/sdc1 rw
33 21 0:43 / /photos/me/cloud rw - fuse.sshfs host: rw
`)

test.each([
  ['/photos/me', false],
  ['/mnt/nas', true],
  ['/mnt/nas/2024/05', true],
  ['/mnt/nas/local/x', false],
  ['/mnt/nasty', false],
  ['/mnt/my stick', false],
  ['/photos/me/cloud/a', true],
])('%s comes over a network: %s', (path, expected) => {
  expect(isRemote(path, mounts)).toBe(expected)
})

test('local folders share processes, each share has its own', () => {
  const roots = ['/photos/me/Pictures', '/mnt/nas/photos', '/mnt/my stick']
  const local = ['/photos/me/Pictures', '/mnt/my stick']
  expect(groupOf('/photos/me/Pictures/2024', roots, mounts)).toEqual({
    ...{ key: 'local', roots: local, isRemote: false },
  })
  expect(groupOf('/mnt/my stick', roots, mounts)).toMatchObject({ key: 'local', roots: local })
  expect(groupOf('/mnt/nas/photos', roots, mounts)).toEqual({
    ...{ key: '/mnt/nas/photos', roots: ['/mnt/nas/photos'], isRemote: true },
  })
  // The real place of a folder that is allowed under another name.
  expect(groupOf('/data/x', roots, mounts)).toMatchObject({ roots: [...local, '/data/x'] })
})

test('each further group may keep one process more, and the oldest makes room', () => {
  const idle = new IdleProcesses<string>(2)
  expect(idle.take('a')).toBeUndefined()
  idle.put('a', 'a1')
  idle.put('a', 'a2')
  expect(idle.takeSurplus(1)).toBeUndefined()
  expect(idle.take('a')).toBe('a2')
  expect(idle.take('b')).toBeUndefined()
  // Two groups: three processes may be there.
  expect(idle.takeSurplus(2)).toBeUndefined()
  idle.put('b', 'b1')
  expect(idle.takeSurplus(3)).toBe('a1')
  expect(idle.takeAll('b')).toEqual(['b1'])
})
