import { createHash } from 'node:crypto'
import { appendFile, mkdir, open, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decodePathName, type PathName } from '../../protocol/path-name.ts'
import { RecordingContext } from './testing/job-context.ts'
import { type RunningVault, runningVault } from './testing/running-vault.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'
import { quarters, writeJpeg } from './testing/write-picture.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let running: RunningVault

beforeAll(async () => {
  folder = await temporaryFolder()
  running = await runningVault(folder.path)
})
afterAll(async () => {
  await running[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Colours of the middle of each quarter: top left, top right, bottom left, bottom right. */
async function quarterColours(bytes: Uint8Array): Promise<string[]> {
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  return [
    [0.25, 0.25],
    [0.75, 0.25],
    [0.25, 0.75],
    [0.75, 0.75],
  ].map(([x = 0, y = 0]) => {
    const at = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * 3
    const [r, g, b] = [0, 1, 2].map((channel) => (data[at + channel] ?? 0) > 128)
    return r && g && b ? 'white' : r ? 'red' : g ? 'green' : b ? 'blue' : 'black'
  })
}

test('a large picture gives its hash, tags, three derived pictures and a ThumbHash', async () => {
  const bytes = await sharp(await quarters(2_000, 1_000))
    .jpeg()
    .withExif({ IFD0: { Make: 'Hearth', Model: 'Test' } })
    .toBuffer()
  await writeFile(join(folder.path, 'large.jpg'), bytes)
  const context = new RecordingContext()
  const result = await running.ingest('large.jpg', undefined, context)
  expect(result).toMatchObject({
    contentHash: sha256(bytes),
    sizeBytes: bytes.length,
    metadata: { pass: 'fast', tags: { 'EXIF:Make': 'Hearth', 'EXIF:Model': 'Test' } },
    media: { kind: 'image', widthPx: 2_000, heightPx: 1_000, codec: 'jpeg' },
    derived: [
      { kind: 'preview', widthPx: 1_440, heightPx: 720, mimeType: 'image/jpeg' },
      { kind: 'grid', widthPx: 512, heightPx: 256, mimeType: 'image/jpeg' },
      { kind: 'tiny', widthPx: 256, heightPx: 128, mimeType: 'image/webp' },
    ],
    problem: null,
  })
  expect(Buffer.from(result.thumbhash ?? '', 'base64').length).toBeGreaterThan(4)
  for (const stored of context.stored.values()) {
    expect(await quarterColours(stored.bytes)).toEqual(['red', 'green', 'blue', 'white'])
  }
})

test.each([
  [1, ['red', 'green', 'blue', 'white'], 60, 40],
  [2, ['green', 'red', 'white', 'blue'], 60, 40],
  [3, ['white', 'blue', 'green', 'red'], 60, 40],
  [4, ['blue', 'white', 'red', 'green'], 60, 40],
  [5, ['red', 'blue', 'green', 'white'], 40, 60],
  [6, ['blue', 'red', 'white', 'green'], 40, 60],
  [7, ['white', 'green', 'blue', 'red'], 40, 60],
  [8, ['green', 'white', 'red', 'blue'], 40, 60],
])(
  'orientation %i is applied once, in all derived pictures',
  async (orientation, colours, widthPx, heightPx) => {
    const bytes = await sharp(await quarters(60, 40))
      .jpeg({ quality: 95 })
      .withMetadata({ orientation })
      .toBuffer()
    await writeFile(join(folder.path, `turned-${orientation}.jpg`), bytes)
    const context = new RecordingContext()
    const result = await running.ingest(`turned-${orientation}.jpg`, undefined, context)
    expect(result.media).toMatchObject({ widthPx, heightPx })
    for (const derived of result.derived) {
      expect([derived.widthPx, derived.heightPx]).toEqual([widthPx, heightPx])
      const stored = context.stored.get(derived.hash)
      if (stored === undefined) throw new Error('not stored')
      expect(await quarterColours(stored.bytes)).toEqual(colours)
      expect((await sharp(stored.bytes).metadata()).orientation ?? 1).toBe(1)
    }
  },
)

test('every name that a file system can hold is read, and none is executed', async () => {
  const names: (string | Buffer)[] = [
    ...['new\nline\n-execute\n.jpg', 'touch PWNED|.jpg', '-execute.jpg', '%d%f%e.jpg', '😀\u202egpj.jpg'],
    ...['caf\u00e9.jpg', 'cafe\u0301.jpg', '$(touch PWNED).jpg', '#a.jpg', '@b.jpg', ' c.jpg', '\x1b[2J.jpg'],
    Buffer.from([0xff, 0xc3, 0x2e, 0x6a, 0x70, 0x67]),
  ]
  for (const name of names) await writeJpeg(folder.path, name)
  for (const name of names) {
    const path: PathName = typeof name === 'string' ? name : decodePathName(name)
    const result = await running.ingest(path)
    expect(result).toMatchObject({ problem: null, metadata: { tags: { 'File:FileType': 'JPEG' } } })
    expect(result.derived).toHaveLength(3)
  }
})

test('a picture with transparency keeps it in thumbnails and lies on white in the preview', async () => {
  const clear = await sharp({ create: { width: 40, height: 40, channels: 4, background: '#ff000000' } })
    .png()
    .toBuffer()
  await writeFile(join(folder.path, 'clear.png'), clear)
  const context = new RecordingContext()
  const [preview, grid] = (await running.ingest('clear.png', undefined, context)).derived
  const bytesOf = (hash = '') => context.stored.get(hash)?.bytes ?? new Uint8Array()
  expect([...(await sharp(bytesOf(preview?.hash)).raw().toBuffer())].slice(0, 3)).toEqual([255, 255, 255])
  expect((await sharp(bytesOf(grid?.hash)).metadata()).hasAlpha).toBe(true)
})

test('an animated picture is shown by its first frame', async () => {
  const frames = await Promise.all(
    ['#f00', '#00f'].map((background) =>
      sharp({ create: { width: 16, height: 16, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  )
  await writeFile(
    join(folder.path, 'moving.gif'),
    await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer(),
  )
  const context = new RecordingContext()
  const result = await running.ingest('moving.gif', undefined, context)
  expect(result.media).toMatchObject({ widthPx: 16, heightPx: 16 })
  const [first] = await quarterColours([...context.stored.values()][0]?.bytes ?? new Uint8Array())
  expect(first).toBe('red')
})

test.each([
  ['an empty file', 'empty.jpg', Buffer.alloc(0), 'empty'],
  ['text with the name of a picture', 'text.jpg', Buffer.from('no picture'), 'damaged'],
  [
    'an SVG with the name of a picture',
    'vector.png',
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
    'damaged',
  ],
  ['a RAW file with nothing in it', 'nothing.nef', Buffer.from('nothing'), 'no_preview'],
  [
    'a movie with nothing in it',
    'nothing.mp4',
    Buffer.from('nothing'),
    expect.stringMatching(/damaged|program_missing/),
  ],
])('%s is a result with a reason, and has a hash', async (_, name, bytes, code) => {
  await writeFile(join(folder.path, name), bytes)
  const result = await running.ingest(name)
  expect(result).toMatchObject({ contentHash: sha256(bytes), derived: [], problem: { code } })
})

test('a cut picture is shown as far as it goes and called damaged', async () => {
  const whole = await sharp(await quarters(200, 200))
    .jpeg()
    .toBuffer()
  await writeFile(join(folder.path, 'cut.jpg'), whole.subarray(0, Math.floor(whole.length * 0.7)))
  const result = await running.ingest('cut.jpg')
  expect(result.problem?.code).toBe('damaged')
  expect(result.derived).toHaveLength(3)
})

test('a sidecar gives tags and no picture', async () => {
  const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
    <rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"/></rdf:RDF></x:xmpmeta>`
  await writeFile(join(folder.path, 'a.xmp'), xmp)
  expect(await running.ingest('a.xmp')).toMatchObject({
    metadata: { tags: { 'XMP:Rating': 4 } },
    media: null,
    derived: [],
    problem: null,
  })
})

test('paths that lead out of the library are refused', async () => {
  await using outside = await temporaryFolder()
  await writeJpeg(outside.path, 'secret.jpg')
  await symlink(outside.path, join(folder.path, 'way-out'))
  await symlink(join(outside.path, 'secret.jpg'), join(folder.path, 'link.jpg'))
  await mkdir(join(folder.path, 'folder.jpg'))
  for (const path of [
    'way-out/secret.jpg',
    'link.jpg',
    '../secret.jpg',
    'a/../../b.jpg',
    '',
    'a//b.jpg',
    'folder.jpg',
  ]) {
    await expect(running.ingest(path)).rejects.toMatchObject({ code: 'refused_by_agent' })
  }
  await expect(running.ingest('secret.jpg', outside.path)).rejects.toMatchObject({ code: 'refused_by_agent' })
})

test('a missing file is missing, a missing or empty root is offline', async () => {
  await using away = await temporaryFolder()
  await using vault = await runningVault(away.path)
  await mkdir(join(away.path, 'root'))
  await expect(vault.ingest('a.jpg', join(away.path, 'root'))).rejects.toMatchObject({
    code: 'library_offline',
  })
  await expect(vault.ingest('a.jpg', join(away.path, 'gone'))).rejects.toMatchObject({
    code: 'library_offline',
  })
  await writeJpeg(join(away.path, 'root'), 'b.jpg')
  await expect(vault.ingest('a.jpg', join(away.path, 'root'))).rejects.toMatchObject({ code: 'file_missing' })
  await rename(join(away.path, 'root/b.jpg'), join(away.path, 'root/a.jpg'))
  expect((await vault.ingest('a.jpg', join(away.path, 'root'))).problem).toBeNull()
})

test('a file that grows while it is read is reported as changed, never with a wrong hash', async () => {
  const path = join(folder.path, 'growing.mp4')
  const size = 192 * 1024 * 1024
  const file = await open(path, 'w')
  await file.truncate(size)
  await file.close()
  let growing = true
  const writer = (async () => {
    while (growing) await appendFile(path, 'more')
  })()
  await expect(running.ingest('growing.mp4')).rejects.toMatchObject({ code: 'file_changed' })
  growing = false
  await writer
})

test('a cancelled job ends at once and the next file is read all the same', async () => {
  await writeJpeg(folder.path, 'next.jpg')
  const path = join(folder.path, 'long.mp4')
  const file = await open(path, 'w')
  // ExifTool reads a file of nothing but zeros to its end.
  await file.write('x')
  await file.truncate(2 * 1024 ** 3)
  await file.close()
  const stop = new AbortController()
  const cancelled = running.ingest('long.mp4', undefined, new RecordingContext(stop.signal))
  setTimeout(() => stop.abort(new Error('lease lost')), 200)
  await expect(cancelled).rejects.toThrow('lease lost')
  expect((await running.ingest('next.jpg')).problem).toBeNull()
})
