import { execFileSync } from 'node:child_process'
import { chmod, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { decodePathName, type PathName } from '../../../protocol/path-name.ts'
import type { ScanResult } from '../../../protocol/scan.ts'
import { openCage } from '../../cage/open-cage.ts'
import { RecordingContext } from '../testing/job-context.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { createScanHandler } from './scan-handler.ts'

const cage = await openCage()

async function scan(
  root: string,
  context = new RecordingContext(),
  options: { roots?: string[]; dataFolders?: string[]; ignoreGlobs?: string[] } = {},
): Promise<ScanResult> {
  const handler = createScanHandler({
    cage,
    roots: options.roots ?? [root],
    dataFolders: options.dataFolders ?? [],
  })
  return await handler({ libraryId: 1, root, ignoreGlobs: options.ignoreGlobs ?? [] }, context)
}

async function touch(root: string, ...names: (string | Buffer)[]): Promise<void> {
  for (const name of names) {
    const path = typeof name === 'string' ? join(root, name) : Buffer.concat([Buffer.from(`${root}/`), name])
    await writeFile(path, 'x')
  }
}

test('every name that a file system can hold is found with its exact bytes', async () => {
  await using folder = await temporaryFolder()
  const names = [
    ...[
      'plain.jpg',
      'new\nline.jpg',
      '😀.jpg',
      '\u202egpj.exe.jpg',
      '-execute.jpg',
      '%d%f%e.jpg',
      ' blank .jpg',
    ],
    ...['caf\u00e9.jpg', 'cafe\u0301.jpg', '#hash.jpg', '@list.jpg', '`id`.jpg', '\x1b[2J.jpg', 'a\\b.jpg'],
    `${'n'.repeat(251)}.jpg`,
  ]
  const broken = [
    Buffer.from([0xff, 0xc3, 0x2e, 0x6a, 0x70, 0x67]),
    Buffer.from([0xfe, 0xc3, 0x2e, 0x6a, 0x70, 0x67]),
  ]
  await touch(folder.path, ...names, ...broken)
  await mkdir(Buffer.concat([Buffer.from(`${folder.path}/`), Buffer.from([0xe9])]))
  await touch(folder.path, Buffer.from([0xe9, 0x2f, 0x61, 0x2e, 0x70, 0x6e, 0x67]))

  const context = new RecordingContext()
  const result = await scan(folder.path, context)

  const expected: PathName[] = [...names, ...broken.map(decodePathName), '\udce9/a.png']
  expect([...context.files.keys()].toSorted()).toEqual(expected.toSorted())
  expect(result).toEqual({
    outcome: 'complete',
    folders: 2,
    files: expected.length,
    skipped: {},
    unreadable: [],
  })
})

test('links are not followed, loops and ways out of the root end nothing', async () => {
  await using folder = await temporaryFolder()
  await using outside = await temporaryFolder()
  await touch(outside.path, 'secret.jpg')
  await mkdir(join(folder.path, 'deep'))
  await touch(folder.path, 'deep/a.jpg')
  await symlink('..', join(folder.path, 'deep/loop'))
  await symlink(outside.path, join(folder.path, 'out'))
  await symlink(join(outside.path, 'secret.jpg'), join(folder.path, 'b.jpg'))
  await symlink('nowhere', join(folder.path, 'c.jpg'))

  const context = new RecordingContext()
  const result = await scan(folder.path, context)

  expect([...context.files.keys()]).toEqual(['deep/a.jpg'])
  expect(result).toMatchObject({ outcome: 'complete', files: 1, skipped: { link: 4 } })
})

test('everything left out is reported with its reason and counted', async () => {
  await using folder = await temporaryFolder()
  await mkdir(join(folder.path, '@eaDir'))
  await mkdir(join(folder.path, 'exports'))
  await mkdir(join(folder.path, 'hearth'))
  await touch(folder.path, 'a.jpg', 'b.txt', '.c.jpg', '@eaDir/d.jpg', 'exports/e.jpg', 'hearth/f.jpg')
  execFileSync('mkfifo', [join(folder.path, 'g.jpg')])

  const context = new RecordingContext()
  const result = await scan(folder.path, context, {
    dataFolders: [join(folder.path, 'hearth')],
    ignoreGlobs: ['exports'],
  })

  expect([...context.files.keys()]).toEqual(['a.jpg'])
  expect(context.skipped.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
    { path: '.c.jpg', reason: 'hidden' },
    { path: '@eaDir', reason: 'system' },
    { path: 'b.txt', reason: 'unsupported' },
    { path: 'exports', reason: 'ignored' },
    { path: 'g.jpg', reason: 'special' },
    { path: 'hearth', reason: 'data_folder' },
  ])
  expect(result).toMatchObject({
    skipped: { hidden: 1, system: 1, unsupported: 1, ignored: 1, special: 1, data_folder: 1 },
  })
})

test('only folders that differ are sent with their files, also when they are empty now', async () => {
  await using folder = await temporaryFolder()
  await mkdir(join(folder.path, 'one'))
  await mkdir(join(folder.path, 'two'))
  await touch(folder.path, 'one/a.jpg', 'two/b.jpg')
  const first = new RecordingContext()
  await scan(folder.path, first)
  const known = new Map(
    first.chunks
      .flatMap((chunk) => (chunk.type === 'folders' ? chunk.folders : []))
      .map((it) => [it.path, it.digest]),
  )

  await rm(join(folder.path, 'two/b.jpg'))
  const second = new RecordingContext()
  second.isChanged = (path, digest) => known.get(path) !== digest
  await scan(folder.path, second)

  const sent = second.chunks.flatMap((chunk) => (chunk.type === 'files' ? chunk.folders : []))
  expect(sent).toEqual([{ path: 'two', digest: expect.any(String), files: [], last: true }])
})

test('a root that is missing, a file, or a link to nowhere is offline', async () => {
  await using folder = await temporaryFolder()
  await touch(folder.path, 'file.jpg')
  await symlink('nowhere', join(folder.path, 'link'))
  for (const name of ['missing', 'file.jpg', 'link']) {
    const result = await scan(join(folder.path, name), undefined, { roots: [folder.path] })
    expect(result).toEqual({ outcome: 'offline', reason: expect.stringContaining(name) })
  }
})

test('an empty root is complete with no files, and a root may itself be a link', async () => {
  await using folder = await temporaryFolder()
  await mkdir(join(folder.path, 'real'))
  await symlink('real', join(folder.path, 'link'))
  expect(await scan(join(folder.path, 'link'))).toMatchObject({ outcome: 'complete', folders: 1, files: 0 })
})

test('a root outside the allowed folders is refused, also when a link leads there', async () => {
  await using folder = await temporaryFolder()
  await using outside = await temporaryFolder()
  await symlink(outside.path, join(folder.path, 'way-out'))
  const refused = { code: 'refused_by_agent' }
  await expect(scan(outside.path, undefined, { roots: [folder.path] })).rejects.toMatchObject(refused)
  await expect(scan(`${folder.path}x`, undefined, { roots: [folder.path] })).rejects.toMatchObject(refused)
  await expect(scan(join(folder.path, 'way-out'), undefined, { roots: [folder.path] })).rejects.toMatchObject(
    refused,
  )
})

test('a root that goes away during the walk makes the scan offline, with nothing reported from the void', async () => {
  await using folder = await temporaryFolder()
  const root = join(folder.path, 'root')
  for (let i = 0; i < 1_500; i += 1) await mkdir(join(root, `f${i}`), { recursive: true })
  const context = new RecordingContext()
  context.onChunk = async () => {
    await rename(root, join(folder.path, 'away'))
    await mkdir(root)
    context.onChunk = () => undefined
  }

  const result = await scan(root, context)

  expect(result).toEqual({ outcome: 'offline', reason: expect.stringContaining('replaced') })
  expect(context.chunks).toHaveLength(1)
})

test('a folder without permission is unknown, not absent', async () => {
  await using folder = await temporaryFolder()
  await mkdir(join(folder.path, 'open'))
  await mkdir(join(folder.path, 'shut'))
  await touch(folder.path, 'open/a.jpg', 'shut/b.jpg')
  await chmod(join(folder.path, 'shut'), 0o000)
  await chmod(folder.path, 0o755)

  const context = new RecordingContext()
  const result = await asOrdinaryUser(() => scan(folder.path, context))

  expect([...context.files.keys()]).toEqual(['open/a.jpg'])
  expect(result).toMatchObject({ files: 1, skipped: { unreadable: 1 }, unreadable: ['shut'] })
})

test('an aborted scan ends with the reason of its signal', async () => {
  await using folder = await temporaryFolder()
  await touch(folder.path, 'a.jpg')
  const stop = new AbortController()
  const context = new RecordingContext(stop.signal)
  context.onChunk = () => stop.abort(new Error('lease lost'))
  await expect(scan(folder.path, context)).rejects.toThrow('lease lost')
})

test('a folder of 5,000 files is sent in parts of which the last closes it', async () => {
  await using folder = await temporaryFolder()
  await touch(folder.path, ...Array.from({ length: 5_000 }, (_, i) => `IMG_${i}.jpg`))
  const context = new RecordingContext()
  await scan(folder.path, context)
  const parts = context.chunks.flatMap((chunk) => (chunk.type === 'files' ? chunk.folders : []))
  expect(parts.map((part) => [part.files.length, part.last])).toEqual([
    [2_000, false],
    [2_000, false],
    [1_000, true],
  ])
})

/** Root may read everything, so as root the work is done with the rights of `nobody`. */
async function asOrdinaryUser<T>(work: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0
  if (isRoot) process.seteuid?.(65_534)
  try {
    return await work()
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
}
