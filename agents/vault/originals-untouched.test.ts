import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFile, lstat, mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { findProgram } from './find-program.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'
import { assetsFolder, assetsMissing } from './testing/test-assets.ts'
import { writeJpeg } from './testing/write-picture.ts'

const PROGRAM = fileURLToPath(new URL('./testing/scan-and-ingest.ts', import.meta.url))
const strace = await findProgram('strace', process.env.PATH ?? '')

/** System calls that change a file, a name or a time, whatever their arguments. */
const changingCalls =
  /^(unlink|unlinkat|rename|renameat|renameat2|rmdir|mkdir|mkdirat|mknod|mknodat|truncate|chmod|fchmodat|fchmodat2|chown|lchown|fchownat|utime|utimes|utimensat|futimesat|setxattr|lsetxattr|removexattr|lremovexattr|link|linkat|creat)\(/
const writingFlags = /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND/

/** Lines of a trace that change something below a folder. A link that points there lies elsewhere. */
export function findChanges(trace: string, folder: string): string[] {
  return trace
    .split('\n')
    .map((line) => line.replace(/^\d+ +/, ''))
    .filter((line) => {
      if (/^symlink(at)?\(/.test(line)) return line.slice(line.indexOf(', ')).includes(folder)
      if (!line.includes(folder)) return false
      return changingCalls.test(line) || (/^open(at|at2)?\(/.test(line) && writingFlags.test(line))
    })
}

test('the audit sees what it must see', () => {
  const trace = [
    '12 openat(AT_FDCWD, "/o/a.jpg", O_RDONLY|O_CLOEXEC) = 3',
    '12 openat(AT_FDCWD, "/o/a.jpg", O_RDWR|O_CLOEXEC) = 3',
    '12 openat(AT_FDCWD, "/tmp/x", O_WRONLY|O_CREAT, 0666) = 3',
    '13 rename("/o/a.jpg", "/o/b.jpg") = 0',
    '13 symlink("/o/a.jpg", "/tmp/x") = 0',
    '13 symlink("/tmp/x", "/o/a.jpg") = 0',
    '13 utimensat(AT_FDCWD, "/o/a.jpg", NULL, 0) = 0',
  ]
  expect(findChanges(trace.join('\n'), '/o/')).toHaveLength(4)
})

test('a scan and an ingest change no byte, time or permission, and open no original for writing', async (context) => {
  if (strace === undefined) return context.skip('strace is not installed: apt-get install strace')
  await using folder = await temporaryFolder()
  const root = join(folder.path, 'originals')
  await mkdir(join(root, 'trip'), { recursive: true })
  await writeJpeg(root, 'a.jpg')
  await writeJpeg(root, 'trip/with\nbreak.jpg')
  await writeJpeg(root, Buffer.from([0xff, 0x2e, 0x6a, 0x70, 0x67]))
  await writeFile(join(root, 'broken.png'), 'no picture')
  await writeFile(join(root, 'a.xmp'), '<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
  if (assetsMissing === undefined) {
    const real = ['raw/canon_eos_6d.dng', 'photos/formats/heic-single.heic', 'video/small_video.mp4']
    real.push('photos/formats/exiv2-photoshop.psd')
    for (const path of real)
      await copyFile(join(assetsFolder, path), join(root, path.split('/').at(-1) ?? path))
  }
  const old = new Date('2001-02-03T04:05:06Z')
  for (const name of await readdir(root))
    if (name !== 'trip') await utimes(join(root, name), old, old).catch(() => undefined)
  const before = await describeTree(root)

  const traceFile = join(folder.path, 'trace')
  const args = [
    '-f',
    '-qq',
    '-e',
    'trace=%file,ftruncate',
    '-s',
    '4096',
    '-o',
    traceFile,
    process.execPath,
    PROGRAM,
    root,
  ]
  const { stdout } = await promisify(execFile)(strace, args)

  expect(JSON.parse(stdout)).toEqual({ ingested: before.length - 2 })
  const trace = await readFile(traceFile, 'latin1')
  expect(trace).toContain(`${root}/a.jpg`)
  expect(findChanges(trace, `${root}/`)).toEqual([])
  expect(await describeTree(root)).toEqual(before)
})

/** Everything about a tree that must stay: names, bytes, times, permissions. */
async function describeTree(root: string): Promise<string[]> {
  const names = await readdir(Buffer.from(root), { recursive: false, encoding: 'buffer' })
  const inside = await readdir(join(root, 'trip'), { encoding: 'buffer' })
  const paths = [
    Buffer.from(root),
    ...names.map((name) => Buffer.concat([Buffer.from(`${root}/`), name])),
    ...inside.map((name) => Buffer.concat([Buffer.from(`${root}/trip/`), name])),
  ]
  return await Promise.all(
    paths.map(async (path) => {
      const stats = await lstat(path, { bigint: true })
      const hash = stats.isFile()
        ? createHash('sha256')
            .update(await readFile(path))
            .digest('hex')
        : 'folder'
      return [
        path.toString('latin1'),
        hash,
        stats.mode,
        stats.mtimeNs,
        stats.ctimeNs,
        stats.uid,
        stats.ino,
      ].join(' ')
    }),
  )
}
