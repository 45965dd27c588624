import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Captured } from '../../protocol/assets.ts'
import type { Tags } from '../../protocol/ingest.ts'
import type { FileRole } from '../../protocol/media.ts'
import { dateAsset, findCaptureTime } from './date-asset.ts'
import type { KnownFile } from './known-file.ts'

const nowMs = Date.parse('2026-01-01T00:00:00Z')

let lastId = 0
function file(
  name: string,
  tags: Tags | null,
  role: FileRole = 'original',
  mtime = '2025-06-01T10:00:00Z',
): KnownFile {
  lastId += 1
  return { id: lastId, name, role, tags, mtimeUs: Date.parse(mtime) * 1_000 }
}

/** `source local offset at` */
function dated(...files: KnownFile[]): string {
  const captured = dateAsset(files, nowMs)
  if (captured === null) return 'undated'
  const { source, local, offsetMinutes, at } = Captured.parse(captured)
  return `${source} ${local} ${offsetMinutes} ${at}`
}

const original = { 'EXIF:DateTimeOriginal': '2024:05:01 14:03:22' }
const munich = {
  'EXIF:GPSLatitude': 48.137,
  'EXIF:GPSLatitudeRef': 'N',
  'EXIF:GPSLongitude': 11.575,
  'EXIF:GPSLongitudeRef': 'E',
}

test.each<[string, string, Tags, string]>([
  [
    'the original date with its offset',
    'a.jpg',
    { ...original, 'EXIF:OffsetTimeOriginal': '+02:00', 'EXIF:SubSecTimeOriginal': '07' },
    'exif_original 2024-05-01T14:03:22 120 2024-05-01T12:03:22.070Z',
  ],
  [
    'a date without an offset as local',
    'a.jpg',
    original,
    'exif_original 2024-05-01T14:03:22 null 2024-05-01T14:03:22.000Z',
  ],
  [
    'the offset of the creation date when the clock is the same',
    'a.jpg',
    { ...original, 'EXIF:CreateDate': '2024:05:01 14:03:22', 'EXIF:OffsetTimeDigitized': '-07:00' },
    'exif_original 2024-05-01T14:03:22 -420 2024-05-01T21:03:22.000Z',
  ],
  [
    'not the offset of a later edit',
    'a.jpg',
    { ...original, 'EXIF:ModifyDate': '2024:06:01 10:00:00', 'EXIF:OffsetTime': '-07:00' },
    'exif_original 2024-05-01T14:03:22 null 2024-05-01T14:03:22.000Z',
  ],
  [
    'an offset by the time of the satellites',
    'a.jpg',
    { ...original, 'EXIF:GPSDateStamp': '2024:05:01', 'EXIF:GPSTimeStamp': '08:33:20.5' },
    'exif_original 2024-05-01T14:03:22 330 2024-05-01T08:33:22.000Z',
  ],
  [
    'the place when the satellites’ time is a day old',
    'a.jpg',
    { ...original, ...munich, 'Composite:GPSDateTime': '2024:04:29 12:03:20Z' },
    'exif_original 2024-05-01T14:03:22 120 2024-05-01T12:03:22.000Z',
  ],
  [
    'an offset by the place, with daylight saving',
    'a.jpg',
    { ...munich, 'EXIF:DateTimeOriginal': '2024:12:24 18:00:00' },
    'exif_original 2024-12-24T18:00:00 60 2024-12-24T17:00:00.000Z',
  ],
  [
    'an offset by the UTC in a Pixel name',
    'PXL_20240501_120322123.jpg',
    original,
    'exif_original 2024-05-01T14:03:22 120 2024-05-01T12:03:22.000Z',
  ],
  [
    'the creation date when the original one is zero',
    'a.jpg',
    { 'EXIF:DateTimeOriginal': '0000:00:00 00:00:00', 'EXIF:CreateDate': '2024:05:01 14:03:22' },
    'exif_create 2024-05-01T14:03:22 null 2024-05-01T14:03:22.000Z',
  ],
  [
    'XMP after EXIF',
    'a.jpg',
    { 'XMP:DateTimeOriginal': '2005:06:09 20:09:27+02:00', 'QuickTime:CreateDate': '2024:05:01 14:03:22' },
    'xmp 2005-06-09T20:09:27 120 2005-06-09T18:09:27.000Z',
  ],
  [
    'the time of day that another tag adds to the day',
    'a.jpg',
    { 'XMP:DateCreated': '2006-05-23', 'XMP:CreateDate': '2006:05:23 14:04:42' },
    'xmp 2006-05-23T14:04:42 null 2006-05-23T14:04:42.000Z',
  ],
  [
    'noon of a day whose time nobody knows',
    'a.jpg',
    { 'XMP:DateCreated': '1931-07', 'XMP:CreateDate': '2006:05:23 14:04:42' },
    'xmp 1931-07-01T12:00:00 null 1931-07-01T12:00:00.000Z',
  ],
  [
    'IPTC when there is nothing else',
    'a.jpg',
    { 'IPTC:DateCreated': '2021:10:20', 'IPTC:TimeCreated': '21:01:01+00:00' },
    'xmp 2021-10-20T21:01:01 0 2021-10-20T21:01:01.000Z',
  ],
  [
    'QuickTime as UTC',
    'a.mp4',
    { 'QuickTime:CreateDate': '2022:07:24 21:10:56' },
    'quicktime 2022-07-24T21:10:56 null 2022-07-24T21:10:56.000Z',
  ],
  [
    'QuickTime in the time of its place',
    'a.mp4',
    { 'QuickTime:CreateDate': '2022:07:24 21:10:56', 'QuickTime:GPSCoordinates': '47.5383 -2.8919 0' },
    'quicktime 2022-07-24T23:10:56 120 2022-07-24T21:10:56.000Z',
  ],
  [
    'QuickTime in the local time that the name states',
    'VID_20240501_140322.mp4',
    { 'QuickTime:CreateDate': '2024:05:01 12:03:40' },
    'quicktime 2024-05-01T14:03:40 120 2024-05-01T12:03:40.000Z',
  ],
  [
    'Apple’s date with its offset before the header of the same file',
    'a.mov',
    { 'QuickTime:CreateDate': '2024:05:01 12:03:40', 'QuickTime:CreationDate': '2024:05:01 14:03:22+02:00' },
    'quicktime 2024-05-01T14:03:22 120 2024-05-01T12:03:22.000Z',
  ],
  [
    'AVCHD with its offset',
    'a.mts',
    { 'H264:DateTimeOriginal': '2019:04:24 22:24:00+02:00 DST' },
    'quicktime 2019-04-24T22:24:00 120 2019-04-24T20:24:00.000Z',
  ],
  [
    'the satellites when no clock has spoken',
    'a.jpg',
    { 'XMP:GPSDateTime': '2023:11:15 12:30:00Z', ...munich },
    'gps 2023-11-15T13:30:00 60 2023-11-15T12:30:00.000Z',
  ],
  [
    'the name when the header begins in 1904',
    'VID_20240501_140322.mp4',
    { 'QuickTime:CreateDate': '1904:01:01 00:00:00', 'QuickTime:MediaCreateDate': '0000:00:00 00:00:00' },
    'file_name 2024-05-01T14:03:22 null 2024-05-01T14:03:22.000Z',
  ],
  [
    'the name when the camera is ahead of its time',
    'IMG-20240501-WA0001.jpg',
    { 'EXIF:DateTimeOriginal': '2036:01:01 00:00:00' },
    'file_name 2024-05-01T12:00:00 null 2024-05-01T12:00:00.000Z',
  ],
  [
    'the instant in a Pixel name',
    'PXL_20240501_120322123.jpg',
    munich,
    'file_name 2024-05-01T14:03:22 120 2024-05-01T12:03:22.123Z',
  ],
  ['the file time last', 'a.jpg', {}, 'file_time 2025-06-01T10:00:00 null 2025-06-01T10:00:00.000Z'],
  [
    'a change that the file itself remembers from before',
    'a.jpg',
    { 'EXIF:ModifyDate': '2001:02:03 04:05:06' },
    'file_time 2001-02-03T04:05:06 null 2001-02-03T04:05:06.000Z',
  ],
  [
    'nothing from clocks that were never set',
    'a.jpg',
    { 'EXIF:DateTimeOriginal': '1980:01:01 00:00:00', 'EXIF:CreateDate': '1970:01:01 00:00:10' },
    'file_time 2025-06-01T10:00:00 null 2025-06-01T10:00:00.000Z',
  ],
])('an asset takes %s', (_fact, name, tags, expected) => {
  expect(dated(file(name, tags))).toBe(expected)
})

test('nothing plausible leaves an asset undated', () => {
  expect(dated(file('a.jpg', null, 'original', '1970-01-01T00:00:00Z'))).toBe('undated')
  expect(dated(file('a.jpg', null, 'original', '2031-01-01T00:00:00Z'))).toBe('undated')
  expect(dated()).toBe('undated')
})

test('a camera that is some hours ahead is believed, a day later is not', () => {
  expect(dated(file('a.jpg', { 'EXIF:DateTimeOriginal': '2026:01:01 20:00:00' }))).toContain('exif_original')
  expect(dated(file('a.jpg', { 'EXIF:DateTimeOriginal': '2026:01:02 00:00:01' }))).toContain('file_time')
})

test('the list of sources goes before the list of files', () => {
  const raw = file('a.cr2', { 'EXIF:CreateDate': '2024:05:01 00:00:00' })
  const cover = file('a.jpg', original, 'cover')
  expect(dated(raw, cover)).toContain('exif_original 2024-05-01T14:03:22')
})

test('a sidecar that says another moment has been corrected and goes before the camera', () => {
  const corrected = file('a.xmp', { 'XMP:DateTimeOriginal': '2023:05:01 14:03:22+02:00' }, 'sidecar')
  expect(dated(file('a.cr2', original), corrected)).toBe(
    'xmp 2023-05-01T14:03:22 120 2023-05-01T12:03:22.000Z',
  )
})

test.each([
  ['the same clock', '2024:05:01 14:03:22'],
  ['the same moment of another zone', '2024:05:01 12:03:22Z'],
  ['a day without a time', '2023:05:01'],
  ['a time that cannot be', '1904:01:01 00:00:00'],
])('a sidecar that says %s leaves the camera its word', (_, date) => {
  const camera = { ...original, 'EXIF:OffsetTimeOriginal': '+02:00' }
  const sidecar = file(
    'a.xmp',
    { 'XMP:DateTimeOriginal': date, 'XMP:CreateDate': '2020:01:01 10:00:00' },
    'sidecar',
  )
  expect(dated(file('a.cr2', camera), sidecar)).toBe(
    'exif_original 2024-05-01T14:03:22 120 2024-05-01T12:03:22.000Z',
  )
})

test('within one source the original speaks before cover, sidecar and derivative', () => {
  const at = (day: string) => ({ 'EXIF:DateTimeOriginal': `2024:05:${day} 12:00:00` })
  const all = [
    file('a-edited.jpg', at('05'), 'derivative'),
    file('a.png', at('04'), 'export'),
    file('a.jpg', at('02'), 'cover'),
    file('a.cr2', at('01')),
  ]
  expect(dated(...all)).toContain('2024-05-01')
  expect(dated(...all.slice(0, 3))).toContain('2024-05-02')
  expect(dated(...all.slice(0, 2))).toContain('2024-05-04')
})

test('the earliest file time counts, because copying makes times later', () => {
  const early = file('a.jpg', {}, 'cover', '2011-03-04T05:06:07Z')
  expect(dated(file('a.cr2', {}), early)).toBe('file_time 2011-03-04T05:06:07 null 2011-03-04T05:06:07.000Z')
})

test('the winner is named', () => {
  const winner = file('a.jpg', original, 'cover')
  expect(findCaptureTime([file('a.cr2', {}), winner], nowMs)).toMatchObject({
    file: winner,
    detail: 'EXIF:DateTimeOriginal',
  })
  expect(findCaptureTime([file('20240501_140322.jpg', null)], nowMs)?.detail).toBe('file name')
})

const anyDate = fc.constantFrom(
  '2024:05:01 14:03:22',
  '2024:05:01 14:03:22+02:00',
  '2006-05-23',
  '0000:00:00 00:00:00',
  '2040:01:01 00:00:00',
  7,
  '',
)
const anyTags = fc.option(
  fc.dictionary(
    fc.constantFrom(
      'EXIF:DateTimeOriginal',
      'EXIF:CreateDate',
      'EXIF:OffsetTimeOriginal',
      'XMP:DateCreated',
      'QuickTime:CreateDate',
      'QuickTime:CreationDate',
      'Composite:GPSDateTime',
      'EXIF:ModifyDate',
    ),
    anyDate,
  ),
)
const anyFile = fc.record({
  id: fc.nat(),
  name: fc.constantFrom(
    'a.jpg',
    'a.cr2',
    'PXL_20240501_120322123.jpg',
    '20240501_140322.mp4',
    'a.xmp',
    'IMG-20240501-WA0001.jpg',
  ),
  role: fc.constantFrom<FileRole>('original', 'cover', 'sidecar', 'export', 'derivative'),
  tags: anyTags,
  mtimeUs: fc.integer({ min: -1, max: 2e15 }),
})

test('the order of the files changes nothing, and what is stored fits together', () => {
  const anyOrder = fc
    .uniqueArray(anyFile, { selector: ({ id }) => id, maxLength: 5 })
    .chain((files) => fc.tuple(fc.constant(files), fc.shuffledSubarray(files, { minLength: files.length })))
  fc.assert(
    fc.property(anyOrder, ([files, shuffled]) => {
      const captured = dateAsset(files, nowMs)
      expect(dateAsset(shuffled, nowMs)).toEqual(captured)
      if (captured === null) return
      Captured.parse(captured)
      const difference =
        Date.parse(`${captured.local}Z`) - Math.floor(Date.parse(captured.at) / 1_000) * 1_000
      expect(difference).toBe((captured.offsetMinutes ?? 0) * 60_000)
      expect(Date.parse(`${captured.local}Z`)).toBeLessThanOrEqual(nowMs + 2 * 86_400_000)
    }),
    { numRuns: 1_000 },
  )
})
