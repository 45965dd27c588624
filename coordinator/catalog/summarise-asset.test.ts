import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AssetTile, FileState } from '../../protocol/assets.ts'
import type { FileRole } from '../../protocol/media.ts'
import { type SummaryFile, summariseAsset } from './summarise-asset.ts'

const nowMs = Date.parse('2026-01-01T00:00:00Z')
const damaged = { code: 'damaged', message: 'The picture ends too early.' } as const

function file(name: string, role: FileRole, rest: Partial<SummaryFile> = {}): SummaryFile {
  return {
    id: [...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 1_000_003,
    name,
    role,
    state: 'ingested',
    tags: null,
    mtimeUs: Date.parse('2025-06-01T10:00:00Z') * 1_000,
    media: null,
    derived: [],
    thumbhash: null,
    problem: null,
    ...rest,
  }
}

/** A file whose preview has the hash `digit` 64 times. */
function shown(name: string, role: FileRole, digit: string, rest: Partial<SummaryFile> = {}): SummaryFile {
  const derived = (['tiny', 'preview', 'grid'] as const).map((kind, at) => ({
    kind,
    hash: (kind === 'preview' ? digit : 'f').repeat(64),
    widthPx: 300 * (at + 1),
    heightPx: 200 * (at + 1),
  }))
  const media = { kind: 'image', widthPx: 6_000, heightPx: 4_000, durationMs: null, codec: null } as const
  return file(name, role, { derived, media, thumbhash: `hash${digit}`, ...rest })
}

const summary = (cover: string, ...files: SummaryFile[]) => summariseAsset({ files, cover, nowMs })

test('a RAW with its JPEG shows the JPEG and the facts of both', () => {
  const raw = shown('a.cr2', 'original', 'a', {
    tags: {
      'EXIF:Model': 'Canon EOS R6',
      'EXIF:Make': 'Canon',
      'EXIF:DateTimeOriginal': '2024:05:01 14:03:22',
    },
  })
  const cover = shown('a.jpg', 'cover', 'b')
  const sidecar = file('a.xmp', 'sidecar', {
    tags: { 'XMP:Rating': 4, 'XMP:GPSLatitude': 1, 'XMP:GPSLongitude': 2 },
  })
  expect(summary('a.jpg', raw, cover, sidecar)).toEqual({
    kind: 'image',
    state: 'ready',
    coverFileId: cover.id,
    captured: {
      at: '2024-05-01T14:03:22.000Z',
      local: '2024-05-01T14:03:22',
      offsetMinutes: 0,
      source: 'exif_original',
    },
    bucket: '2024-05',
    position: { latitude: 1, longitude: 2, altitudeM: null },
    camera: 'Canon EOS R6',
    lens: null,
    words: expect.objectContaining({ rating: 4, title: null, keywords: null, favourite: false }),
    widthPx: 6_000,
    heightPx: 4_000,
    durationMs: null,
    thumbhash: 'hashb',
    hasRaw: true,
    problem: null,
    version: 'bbbbbbbbbbbb',
  })
})

test('an asset waits until one of its files has a picture', () => {
  const raw = file('a.cr2', 'original', { state: 'found' })
  const cover = file('a.jpg', 'cover', { state: 'found' })
  expect(summary('a.jpg', raw, cover)).toMatchObject({
    state: 'waiting',
    coverFileId: null,
    version: 'none',
    widthPx: 1,
    heightPx: 1,
  })
  expect(summary('a.jpg', raw, { ...cover, state: 'ingested', problem: damaged })).toMatchObject({
    state: 'waiting',
    problem: null,
  })
  expect(summary('a.jpg', shown('a.cr2', 'original', 'a'), cover)).toMatchObject({
    state: 'ready',
    version: 'aaaaaaaaaaaa',
  })
})

test('a file that has changed keeps its picture until it is read again', () => {
  expect(summary('a.jpg', shown('a.jpg', 'original', 'a', { state: 'found' }))).toMatchObject({
    state: 'ready',
    thumbhash: 'hasha',
  })
})

test('an asset is damaged when all is read and nothing whole can be shown', () => {
  expect(summary('a.jpg', file('a.jpg', 'original', { problem: damaged }))).toMatchObject({
    state: 'damaged',
    problem: damaged,
    coverFileId: null,
  })
  expect(summary('a.jpg', shown('a.jpg', 'original', 'a', { problem: damaged }))).toMatchObject({
    state: 'damaged',
    problem: damaged,
    version: 'aaaaaaaaaaaa',
  })
  expect(summary('a.jpg', file('a.jpg', 'original'))).toMatchObject({ state: 'damaged', problem: null })
})

test('a whole picture is shown before the damaged cover', () => {
  const raw = shown('a.cr2', 'original', 'a')
  const cover = shown('a.jpg', 'cover', 'b', { problem: damaged })
  expect(summary('a.jpg', raw, cover)).toMatchObject({ state: 'ready', problem: null, coverFileId: raw.id })
})

test('a cover that a person has chosen is shown, whatever its role', () => {
  const files = [
    shown('a.cr2', 'original', 'a'),
    shown('a.jpg', 'cover', 'b'),
    shown('a-edited.jpg', 'derivative', 'c'),
  ]
  expect(summary('a-edited.jpg', ...files).version).toBe('cccccccccccc')
})

test('the shape is that of the picture on the tile', () => {
  const square = { kind: 'image', widthPx: 2_000, heightPx: 2_000, durationMs: null, codec: null } as const
  const original = shown('a.cr2', 'original', 'a')
  expect(summary('a.jpg', original, shown('a.jpg', 'cover', 'b', { media: square }))).toMatchObject({
    widthPx: 2_000,
    heightPx: 2_000,
  })
  expect(summary('a.jpg', original, shown('a.jpg', 'cover', 'b', { media: null }))).toMatchObject({
    widthPx: 600,
    heightPx: 400,
  })
})

test('missing files no longer count, and an asset without any other is missing', () => {
  const raw = shown('a.cr2', 'original', 'a', { state: 'missing' })
  const cover = shown('a.jpg', 'cover', 'b')
  const sidecar = file('a.xmp', 'sidecar', { tags: { 'XMP:Rating': 5 } })
  expect(summary('a.jpg', raw, cover, sidecar)).toMatchObject({ state: 'ready', hasRaw: false })
  expect(summary('a.jpg', raw, { ...cover, state: 'missing' }, sidecar)).toMatchObject({
    state: 'missing',
    hasRaw: true,
    words: { rating: 5 },
    version: 'bbbbbbbbbbbb',
  })
})

test('the thumbnail of a sidecar is not the picture', () => {
  const video = file('MVI_1.AVI', 'original', { problem: damaged })
  expect(summary('MVI_1.AVI', video, shown('MVI_1.THM', 'sidecar', 'a'))).toMatchObject({
    kind: 'video',
    state: 'damaged',
    coverFileId: null,
  })
})

test('a video has a duration, a picture that moves has none', () => {
  const movie = (durationMs: number) =>
    ({ kind: 'video', widthPx: 1_920, heightPx: 1_080, durationMs, codec: 'h264' }) as const
  expect(summary('a.mp4', shown('a.mp4', 'original', 'a', { media: movie(61_000) }))).toMatchObject({
    kind: 'video',
    durationMs: 61_000,
    widthPx: 1_920,
  })
  const still = shown('a.heic', 'original', 'b')
  expect(summary('a.heic', still, shown('a.mov', 'original', 'a', { media: movie(2_900) }))).toMatchObject({
    kind: 'image',
    durationMs: null,
  })
  expect(summary('a.heic', still, shown('a.mov', 'original', 'a', { media: movie(90_000) }))).toMatchObject({
    kind: 'video',
    durationMs: 90_000,
  })
})

test('nothing plausible about the time leaves an asset in the bucket of the undated', () => {
  expect(summary('a.jpg', shown('a.jpg', 'original', 'a', { mtimeUs: 0 }))).toMatchObject({
    captured: null,
    bucket: 'undated',
  })
})

const anyFile = fc
  .record({
    name: fc.constantFrom('a.jpg', 'a.cr2', 'a.heic', 'a.mov', 'a.xmp', 'a-edited.jpg', 'a.mkv', 'a.JPG'),
    role: fc.constantFrom<FileRole>('original', 'cover', 'export', 'derivative'),
    state: fc.constantFrom(...FileState.options),
    hasPicture: fc.boolean(),
    hasProblem: fc.boolean(),
    digit: fc.constantFrom('0', '1', '2'),
    tags: fc.option(
      fc.constantFrom(
        { 'EXIF:DateTimeOriginal': '2024:05:01 14:03:22' },
        { 'XMP:Rating': 2 },
        { 'EXIF:Model': 'X' },
      ),
    ),
  })
  .map(({ name, role, state, hasPicture, hasProblem, digit, tags }) => {
    const rest = { state, tags, problem: hasProblem ? damaged : null }
    const itsRole = name.endsWith('.xmp') ? 'sidecar' : role
    return hasPicture ? shown(name, itsRole, digit, rest) : file(name, itsRole, rest)
  })

test('the order of the files changes nothing, and the summary makes a tile', () => {
  const anyOrder = fc
    .uniqueArray(anyFile, { selector: ({ name }) => name, minLength: 1, maxLength: 6 })
    .chain((files) => fc.tuple(fc.constant(files), fc.shuffledSubarray(files, { minLength: files.length })))
  fc.assert(
    fc.property(anyOrder, fc.constantFrom('a.jpg', 'a.cr2', 'gone.jpg'), ([files, shuffled], cover) => {
      const made = summariseAsset({ files, cover, nowMs })
      expect(summariseAsset({ files: shuffled, cover, nowMs })).toEqual(made)
      AssetTile.parse({
        ...made,
        // Said by people or files, and kept beside the summary.
        rating: null,
        label: null,
        favourite: false,
        id: 1,
        capturedAt: made.captured?.at ?? null,
        capturedLocal: made.captured?.local ?? null,
        problemCode: made.problem?.code ?? null,
      })
      expect(made.version === 'none').toBe(made.coverFileId === null)
      if (made.state === 'ready') expect(made.coverFileId).not.toBeNull()
      if (made.state === 'waiting') expect(files.some((one) => one.state === 'found')).toBe(true)
      if (made.state !== 'damaged') expect(made.problem).toBeNull()
    }),
    { numRuns: 1_000 },
  )
})
