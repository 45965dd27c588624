import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RecordingContext } from '../testing/job-context.ts'
import { readFields } from './mapping/field-mapping.ts'
import { requireWritten, type WritableLibrary, writableLibrary } from './testing/writable-library.ts'
import { readXmpProperties } from './xmp/xmp-properties.ts'

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const sidecar = (
  properties: string,
) => `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
 <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" ${properties}/>
</rdf:RDF></x:xmpmeta>`
const theirs = Buffer.from(sidecar('xmp:Label="Red" crs:Exposure2012="+1.00"'))

test('a new sidecar appears beside its picture, readable by whoever may read that', async () => {
  await using t = await writableLibrary()
  const { sidecar, tags, keptBefore } = requireWritten(await t.write())
  const bytes = readFileSync(join(t.root, 'a.xmp'))
  const stats = statSync(join(t.root, 'a.xmp'), { bigint: true })
  expect(sidecar).toEqual({
    contentHash: hashOf(bytes),
    sizeBytes: bytes.length,
    mtimeUs: Number(stats.mtimeNs / 1_000n),
  })
  expect(Number(stats.mode) & 0o777).toBe(0o640)
  expect(tags['XMP:Rating']).toBe(4)
  expect(keptBefore).toBeNull()
  expect(await t.names()).toEqual(['a.xmp'])
})

test('a known sidecar is merged into; its owner and mode stay, and what it was is kept', async () => {
  await using t = await writableLibrary()
  const path = join(t.root, 'a.xmp')
  writeFileSync(path, theirs)
  chmodSync(path, 0o604)
  if (process.getuid?.() === 0) chownSync(path, 1234, 4321)
  const before = statSync(path)
  const { keptBefore } = requireWritten(await t.write({ expected: hashOf(theirs) }))
  const after = statSync(path)
  expect([after.mode, after.uid, after.gid]).toEqual([before.mode, before.uid, before.gid])
  const fields = readFields(readXmpProperties(readFileSync(path)))
  expect(fields).toMatchObject({ rating: 4, label: 'Red' })
  expect(readFileSync(join(t.keptFolder, keptBefore ?? ''))).toEqual(theirs)
})

test('a sidecar that is not the expected one is a conflict, and stays as it is', async () => {
  await using t = await writableLibrary()
  const path = join(t.root, 'a.xmp')
  writeFileSync(path, theirs)
  for (const expected of [null, 'a'.repeat(64)]) {
    expect(await t.write({ expected })).toMatchObject({
      outcome: 'conflict',
      sidecar: { contentHash: hashOf(theirs) },
      tags: { 'XMP:Label': 'Red' },
    })
  }
  expect(readFileSync(path)).toEqual(theirs)
  expect(requireWritten(await t.write({ resolved: hashOf(theirs) })).tags['XMP:Label']).toBe('Red')
})

test('a sidecar that is gone is a conflict', async () => {
  await using t = await writableLibrary()
  expect(await t.write({ expected: 'a'.repeat(64) })).toMatchObject({
    outcome: 'conflict',
    sidecar: null,
    tags: null,
  })
  expect(await t.names()).toEqual([])
})

test('a write that is tried again finds itself done', async () => {
  await using t = await writableLibrary()
  const { sidecar } = requireWritten(await t.write())
  expect(requireWritten(await t.write()).sidecar).toEqual(sidecar)
  expect(await t.write({ revision: 2 })).toMatchObject({ outcome: 'conflict' })
})

test('of two writers at once each finds what the other has done', async () => {
  await using t = await writableLibrary()
  const results = await Promise.all([
    t.write({ revision: 1 }),
    t.write({ revision: 2, fields: { rating: 2 } }),
  ])
  expect(results.map(({ outcome }) => outcome).sort()).toEqual(['conflict', 'written'])
})

describe('in one library', () => {
  let t: WritableLibrary
  beforeAll(async () => {
    t = await writableLibrary()
    mkdirSync(join(t.mirrorRoot, 'outside'))
    symlinkSync(join(t.mirrorRoot, 'outside'), join(t.root, 'way-out'))
    symlinkSync(join(t.root, 'a.jpg'), join(t.root, 'link.xmp'))
    mkdirSync(join(t.root, 'folder.xmp'))
  })
  afterAll(() => t[Symbol.asyncDispose]())

  test.each([
    ['a half one', sidecar('xmp:Rating="1"').slice(0, -20)],
    ['one with entities', `<!DOCTYPE x [<!ENTITY a "b">]>${sidecar('xmp:Label="&a;"')}`],
    ['one that fetches a file', `<!DOCTYPE x SYSTEM "file:///etc/passwd">${sidecar('')}`],
    [
      'one that grows',
      `<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol1 "&lol;&lol;">]>${sidecar('xmp:Label="&lol1;"')}`,
    ],
    ['one in another encoding', Buffer.from(sidecar('xmp:Label="\u00fc"'), 'latin1')],
    ['something else', '{"title": "x"}'],
    ['an empty one', ''],
    ['a huge one', Buffer.alloc(17 * 1024 * 1024, ' ')],
  ])('a malformed sidecar, %s, is left alone', async (_, content) => {
    const path = join(t.root, 'a.xmp')
    writeFileSync(path, content)
    const before = readFileSync(path)
    expect(await t.write({ expected: hashOf(before) })).toMatchObject({
      outcome: 'refused',
      reason: 'malformed',
    })
    expect(readFileSync(path)).toEqual(before)
  })

  test.each([
    ['a picture', { path: 'a.jpg' }, 'not_allowed'],
    ['another file', { path: 'a.txt' }, 'not_allowed'],
    ['a hidden file', { path: '.xmp' }, 'not_allowed'],
    ['a way up', { path: '../a.xmp' }, 'not_allowed'],
    ['a way up in between', { path: 'trip/../a.xmp' }, 'not_allowed'],
    ['a folder behind a link', { path: 'way-out/a.xmp' }, 'not_allowed'],
    ['another root', { root: '/etc' }, 'not_allowed'],
    ['a mirror that is not allowed', { mirrorRoot: '/var/tmp' }, 'not_allowed'],
    ['a link', { path: 'link.xmp' }, 'malformed'],
    ['a folder', { path: 'folder.xmp' }, 'malformed'],
    ['no picture', { path: 'b.xmp', pictures: ['gone.jpg'] }, 'picture_missing'],
  ] as const)('%s is refused, and nothing is written', async (_, change, reason) => {
    const names = () => [readdirSync(t.root), readdirSync(join(t.mirrorRoot, 'outside'))]
    const before = names()
    expect(await t.write(change as never)).toMatchObject({ outcome: 'refused', reason })
    expect(names()).toEqual(before)
  })
})

test('nothing may be written where the agent says nothing', async () => {
  await using t = await writableLibrary({ writeBack: { roots: [], mirrorRoots: [] } })
  expect(await t.write()).toMatchObject({ outcome: 'refused', reason: 'not_allowed' })
  expect(await t.write({ mirrorRoot: t.mirrorRoot })).toMatchObject({
    outcome: 'refused',
    reason: 'not_allowed',
  })
})

test('a mirror gets the same folders, and the library none', async () => {
  await using t = await writableLibrary({ writeBack: { roots: [] } })
  const change = { mirrorRoot: t.mirrorRoot, path: 'trip/deep/b.xmp', pictures: ['trip/b.jpg'] }
  requireWritten(await t.write(change))
  expect(existsSync(join(t.mirrorRoot, 'trip/deep/b.xmp'))).toBe(true)
  expect(readdirSync(join(t.root, 'trip'))).toEqual(['b.jpg'])
})

test('a sidecar that says that it is of another picture beside it is not written', async () => {
  await using t = await writableLibrary()
  const foreign = Buffer.from(sidecar('crs:RawFileName="a.CR2"'))
  writeFileSync(join(t.root, 'a.xmp'), foreign)
  writeFileSync(join(t.root, 'a.CR2'), 'raw')
  expect(await t.write({ expected: hashOf(foreign) })).toMatchObject({
    outcome: 'refused',
    reason: 'foreign',
  })
  expect(requireWritten(await t.write({ expected: hashOf(foreign), pictures: ['a.CR2'] })).outcome).toBe(
    'written',
  )
})

test('names with line breaks, format codes and bytes that are no text are written as they are', async () => {
  await using t = await writableLibrary()
  const names = [
    'a\n-execute\n.xmp',
    '%d%f%e.xmp',
    '-stay_open.xmp',
    '@list.xmp',
    '\udcff\udc80.xmp',
    `${'x'.repeat(251)}.xmp`,
  ]
  for (const path of names) requireWritten(await t.write({ path }))
  const found = readdirSync(Buffer.from(t.root), { encoding: 'buffer' }).map((name) =>
    name.toString('latin1'),
  )
  for (const name of ['a\n-execute\n.xmp', '%d%f%e.xmp', '-stay_open.xmp', '@list.xmp', '\xff\x80.xmp']) {
    expect(found).toContain(name)
  }
})

test('what killed writers left blocks nothing, is kept and goes', async () => {
  await using t = await writableLibrary()
  writeFileSync(join(t.root, 'a.xmp'), theirs)
  writeFileSync(join(t.root, 'a.xmp_exiftool_tmp'), 'left by another program')
  const prefix = createHash('sha256').update('a.xmp').digest('hex').slice(0, 12)
  const ours = `.hearth-${prefix}${'0'.repeat(12)}.tmp`
  const old = `.hearth-${'1'.repeat(24)}.tmp`
  const young = `.hearth-${'2'.repeat(24)}.tmp`
  for (const name of [ours, old, young]) writeFileSync(join(t.root, name), `half of ${name}`)
  const longAgo = new Date(Date.now() - 3_600_000)
  utimesSync(join(t.root, old), longAgo, longAgo)
  requireWritten(await t.write({ expected: hashOf(theirs) }))
  expect(await t.names()).toEqual([young, 'a.xmp', 'a.xmp_exiftool_tmp'])
  const kept = readdirSync(t.keptFolder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.xmp'),
  )
  const texts = kept.map((name) => readFileSync(join(t.keptFolder, name), 'utf8'))
  expect(texts).toEqual(expect.arrayContaining([`half of ${ours}`, `half of ${old}`, theirs.toString()]))
})

test('the first version stays for good, of the others the newest, and each can be restored', async () => {
  await using t = await writableLibrary()
  writeFileSync(join(t.root, 'a.xmp'), theirs)
  let expected = hashOf(theirs)
  const kept: string[] = []
  for (let revision = 1; revision <= 6; revision += 1) {
    const written = requireWritten(
      await t.write({ expected, revision, fields: { title: `Number ${revision}` } }),
    )
    expected = written.sidecar.contentHash
    kept.push(written.keptBefore ?? '')
  }
  const restore = async (keptBefore: string) => {
    const input = {
      assetId: 1,
      libraryId: 1,
      root: t.root,
      mirrorRoot: null,
      path: 'a.xmp',
      pictures: ['a.jpg'],
    }
    const { 'sidecar.restore': handler } = t.handlers
    return await handler?.({ ...input, expected, revision: 9, keptBefore }, new RecordingContext())
  }
  await expect(restore(kept[1] ?? '')).rejects.toMatchObject({ code: 'not_found' })
  await expect(restore('../../../etc/passwd')).rejects.toMatchObject({ code: 'not_found' })
  const result = await restore(kept[0] ?? '')
  expect(result).toMatchObject({ outcome: 'written', sidecar: { contentHash: hashOf(theirs) } })
  expect(readFileSync(join(t.root, 'a.xmp'))).toEqual(theirs)
  expect(await restore(kept[5] ?? '')).toMatchObject({ outcome: 'conflict' })
})

test('a folder that was replaced by another is written in the new place', async () => {
  await using t = await writableLibrary()
  const change = { path: 'trip/b.xmp', pictures: ['trip/b.jpg'] }
  requireWritten(await t.write(change))
  renameSync(join(t.root, 'trip'), join(t.root, 'moved'))
  mkdirSync(join(t.root, 'trip'))
  writeFileSync(join(t.root, 'trip/b.jpg'), 'another')
  requireWritten(await t.write({ ...change, revision: 2, fields: { rating: 1 } }))
  expect(readdirSync(join(t.root, 'trip'))).toEqual(['b.jpg', 'b.xmp'])
  expect(readdirSync(join(t.root, 'moved'))).toEqual(['b.jpg', 'b.xmp'])
})
