import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { findProgram } from '../find-program.ts'
import { canMountDisk, smallDisk } from '../testing/small-disk.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { requireWritten, writableLibrary } from './testing/writable-library.ts'

const PROGRAM = fileURLToPath(new URL('./testing/write-sidecars.ts', import.meta.url))
const strace = await findProgram('strace', process.env.PATH ?? '')

describe.skipIf(!canMountDisk)('on a disk of its own (needs root, for the mount)', () => {
  test('a full disk fails the job for later, and the old sidecar stays whole, alone', async () => {
    await using disk = await smallDisk(64 * 1024)
    await using t = await writableLibrary({ at: disk.path })
    const { contentHash: expected } = requireWritten(await t.write()).sidecar
    const before = readFileSync(join(disk.path, 'a.xmp'))
    try {
      writeFileSync(join(disk.path, 'fill'), Buffer.alloc(200_000))
    } catch {
      // That is what full means.
    }
    const change = { expected, revision: 2, fields: { description: 'x'.repeat(20_000) } }
    await expect(t.write(change)).rejects.toMatchObject({ code: 'disk_full' })
    expect(readFileSync(join(disk.path, 'a.xmp'))).toEqual(before)
    expect(await t.names()).toEqual(['a.xmp', 'fill'])
    disk.remount('size=1m')
    requireWritten(await t.write(change))
  })

  test('a folder that cannot be written is refused as read-only', async () => {
    await using disk = await smallDisk(64 * 1024)
    await using t = await writableLibrary({ at: disk.path })
    disk.remount('ro')
    expect(await t.write()).toMatchObject({ outcome: 'refused', reason: 'read_only' })
    disk.remount('rw')
    requireWritten(await t.write())
  })

  test('a share that is gone fails the job for later, and nothing is made in its empty mount point', async () => {
    await using disk = await smallDisk(64 * 1024)
    await using t = await writableLibrary({ at: disk.path })
    const { contentHash: expected } = requireWritten(await t.write()).sidecar
    disk.unmount()
    await expect(t.write({ expected, revision: 2 })).rejects.toMatchObject({ code: 'library_offline' })
    await expect(t.write({ expected: null, revision: 2 })).rejects.toMatchObject({ code: 'library_offline' })
    expect(readdirSync(disk.path)).toEqual([])
  })
})

const opensForWriting = /^open(at|at2)?\(.*O_WRONLY|^open(at|at2)?\(.*O_RDWR|^open(at|at2)?\(.*O_CREAT/
const changesNames =
  /^(unlink|rename|link|symlink|truncate|chmod|chown|lchown|fchmodat|fchownat|utime|mkdir|rmdir|mknod|creat)/

/** Lines of a trace that change something below a folder, or in a folder that is held open, and are no sidecar's. */
function findForeignChanges(trace: string, root: string): string[] {
  return trace
    .split('\n')
    .map((line) => line.replace(/^\d+ +/, ''))
    .filter((line) => opensForWriting.test(line) || changesNames.test(line))
    .filter((line) => {
      const paths = [...line.matchAll(/"([^"]*)"/g)].map(([, path = '']) => path)
      return paths
        .filter((path) => path.startsWith(`${root}/`) || /^\/proc\/self\/fd\/\d+\//.test(path))
        .some((path) => !/\/[ab]\.xmp$|\/\.hearth-[0-9a-f]{24}\.tmp$/.test(path))
    })
}

test('the audit sees what it must see', () => {
  const lines = [
    '12 openat(AT_FDCWD, "/proc/self/fd/20/a.jpg", O_RDWR) = 3',
    '12 rename("/o/a.jpg", "/o/a.xmp") = 0',
    '12 openat(AT_FDCWD, "/proc/self/fd/20/.hearth-0123456789ab0123456789ab.tmp", O_RDWR|O_CREAT|O_EXCL) = 3',
    '12 openat(AT_FDCWD, "/o/a.jpg", O_RDONLY) = 3',
  ]
  expect(findForeignChanges(lines.join('\n'), '/o')).toEqual(lines.slice(0, 2).map((line) => line.slice(3)))
})

test('of all that writing does, nothing but sidecars and their drafts is touched, and pictures stay to the byte', async (context) => {
  if (strace === undefined) return context.skip('strace is not installed: apt-get install strace')
  await using folder = await temporaryFolder()
  const root = join(folder.path, 'photos')
  mkdirSync(join(root, 'trip'), { recursive: true })
  const pictures = ['c.CR2', 'trip/d.heic']
  for (const name of pictures) writeFileSync(join(root, name), `picture ${name}`)
  const before = pictures.map((name) => describeFile(join(root, name)))
  const trace = join(folder.path, 'trace')
  const { stdout } = await promisify(execFile)(strace, [
    ...['-f', '-qq', '-e', 'trace=%file,ftruncate', '-s', '4096', '-o', trace],
    ...[process.execPath, PROGRAM, root],
  ])
  expect(JSON.parse(stdout)).toEqual({ isLast: true })
  const lines = readFileSync(trace, 'latin1')
  expect(lines).toMatch(/openat\(.*\.hearth-[0-9a-f]{24}\.tmp", O_RDWR\|O_CREAT\|O_EXCL\|O_NOFOLLOW/)
  // The library itself is made by the program that was watched.
  const own = new RegExp(`mkdir\\(|"${root}/(a|trip/b)\\.jpg", O_WRONLY\\|O_CREAT\\|O_TRUNC`)
  expect(findForeignChanges(lines, root).filter((line) => !own.test(line))).toEqual([])
  expect(pictures.map((name) => describeFile(join(root, name)))).toEqual(before)
  expect(readFileSync(join(root, 'a.jpg'), 'utf8')).toBe('a picture')
})

function describeFile(path: string): string {
  const { mtimeNs, ctimeNs, mode, uid, ino } = statSync(path, { bigint: true })
  return [
    createHash('sha256').update(readFileSync(path)).digest('hex'),
    mtimeNs,
    ctimeNs,
    mode,
    uid,
    ino,
  ].join(' ')
}
