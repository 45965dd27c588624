import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MetadataField } from '../../protocol/assets.ts'
import type { Tags } from '../../protocol/ingest.ts'
import { describeAsset } from './describe-asset.ts'
import type { KnownFile } from './known-file.ts'

const nowMs = Date.parse('2026-01-01T00:00:00Z')

function file(id: number, name: string, tags: Tags | null, role: KnownFile['role'] = 'original'): KnownFile {
  return { id, name, role, tags, mtimeUs: Date.parse('2025-06-01T10:00:00Z') * 1_000 }
}

function fields(...files: KnownFile[]): Record<string, string> {
  return Object.fromEntries(describeAsset(files, nowMs).metadata.map(({ field, value }) => [field, value]))
}

const picture = {
  'EXIF:Make': 'Canon',
  'EXIF:Model': 'Canon EOS R6',
  'EXIF:LensModel': 'RF24-105mm F4 L IS USM',
  'EXIF:ExposureTime': 0.004,
  'EXIF:FNumber': 2.8,
  'EXIF:ISO': 400,
  'EXIF:FocalLength': 35,
  'EXIF:DateTimeOriginal': '2024:05:01 14:03:22',
  'EXIF:OffsetTimeOriginal': '+02:00',
  'EXIF:GPSLatitude': 48.137,
  'EXIF:GPSLatitudeRef': 'N',
  'EXIF:GPSLongitude': 11.575,
  'EXIF:GPSLongitudeRef': 'W',
  'EXIF:Artist': 'Ada',
  'IPTC:Keywords': ['sea', 'dog'],
  'XMP:Rating': 3,
}

test('a picture is described in words for people', () => {
  expect(fields(file(1, 'a.jpg', picture))).toEqual({
    capturedAt: '2024-05-01 14:03:22 +02:00',
    camera: 'Canon EOS R6',
    lens: 'RF24-105mm F4 L IS USM',
    exposure: '1/250 s',
    aperture: 'f/2.8',
    iso: 'ISO 400',
    focalLength: '35 mm',
    position: '48.13700° N, 11.57500° W',
    creator: 'Ada',
    keywords: 'sea, dog',
    rating: '3',
  })
})

test('the sidecar outranks the file field by field, also with its list of keywords', () => {
  const sidecar = file(
    2,
    'a.xmp',
    { 'XMP:Rating': 5, 'XMP:Title': 'Sea', 'XMP:Subject': ['dog', 'Zoey'] },
    'sidecar',
  )
  const { words, camera, metadata } = describeAsset([file(1, 'a.jpg', picture), sidecar], nowMs)
  expect({ rating: words.rating?.value, camera }).toEqual({ rating: 5, camera: 'Canon EOS R6' })
  const byField = new Map(metadata.map((field) => [field.field, field]))
  expect(byField.get('rating')).toEqual({
    field: 'rating',
    value: '5',
    source: 'sidecar',
    detail: 'XMP:Rating',
    fileId: 2,
  })
  expect(byField.get('camera')).toMatchObject({ source: 'file', detail: 'EXIF:Model', fileId: 1 })
  expect(byField.get('keywords')).toMatchObject({ value: 'dog, Zoey', source: 'sidecar' })
})

test.each([
  [0.004, '1/250 s'],
  [0.0199822, '1/50 s'],
  [0.25, '1/4 s'],
  [0.3, '0.3 s'],
  [1, '1 s'],
  [2.5, '2.5 s'],
  [30, '30 s'],
])('an exposure of %d seconds is written %s', (seconds, text) => {
  expect(fields(file(1, 'a.jpg', { 'EXIF:ExposureTime': seconds }))).toMatchObject({ exposure: text })
})

test.each<[string, Tags, string, string | undefined]>([
  ['a list of ISO values gives the first', { 'EXIF:ISO': [200, 100] }, 'iso', 'ISO 200'],
  [
    'ISO above 65,535 stands elsewhere',
    { 'EXIF:ISO': 65535, 'EXIF:RecommendedExposureIndex': 102400 },
    'iso',
    'ISO 102400',
  ],
  ['an exposure of zero is unknown', { 'EXIF:ExposureTime': 0 }, 'exposure', undefined],
  ['a lens known by number alone is unknown', { 'Composite:LensID': 237 }, 'lens', undefined],
  ['a lens that is not there is unknown', { 'EXIF:LensModel': '----' }, 'lens', undefined],
  [
    'what a camera writes into every picture is no description',
    { 'EXIF:ImageDescription': 'OLYMPUS DIGITAL CAMERA ' },
    'description',
    undefined,
  ],
  ['a title that looks like a number is a title', { 'XMP:Title': 2024 }, 'title', '2024'],
  ['an empty title is none', { 'XMP:Title': ' ' }, 'title', undefined],
  ['text that the database cannot hold is cleaned', { 'XMP:Title': 'a\0b\ud800' }, 'title', 'ab\ufffd'],
  ['several creators are all named', { 'XMP:Creator': ['Ada', 'Bob', 'Ada'] }, 'creator', 'Ada, Bob'],
  [
    'the last words of hierarchies are keywords',
    { 'XMP:HierarchicalSubject': ['Animals|Dog'], 'XMP:TagsList': 'Places/Sea' },
    'keywords',
    'Dog, Sea',
  ],
  ['a rejected picture has -1', { 'XMP:Rating': -1 }, 'rating', '-1'],
  ['a rating outside the stars is none', { 'XMP:Rating': 99 }, 'rating', undefined],
  ['a rating may be in EXIF', { 'EXIF:Rating': 4 }, 'rating', '4'],
  [
    'a maker that is a number is not named',
    { 'H264:Make': 264, 'H264:Model': 'ILCE-7M3' },
    'camera',
    'ILCE-7M3',
  ],
])('%s', (_fact, tags, field, value) => {
  expect(fields(file(1, 'a.jpg', tags))[field]).toBe(value)
})

test('files that were not read say nothing but their time', () => {
  expect(describeAsset([file(1, 'a.jpg', null)], nowMs)).toMatchObject({
    camera: null,
    lens: null,
    words: {},
    metadata: [{ field: 'capturedAt', detail: 'file time', fileId: 1 }],
  })
})

test('whatever the tags hold, the description fits the contract', () => {
  const anyValue = fc.oneof(
    fc.double(),
    fc.string(),
    fc.boolean(),
    fc.array(fc.oneof(fc.string(), fc.double())),
    fc.constant({}),
  )
  const anyTags = fc.dictionary(
    fc.constantFrom(...Object.keys(picture), 'XMP:Title', 'XMP:Subject', 'Composite:LensID', '__proto__'),
    anyValue,
  )
  fc.assert(
    fc.property(anyTags, anyTags, (tags, other) => {
      const files = [file(1, 'a.jpg', tags), file(2, 'a.xmp', other, 'sidecar')]
      const description = describeAsset(files, nowMs)
      for (const field of description.metadata) MetadataField.parse(field)
      expect(describeAsset(files.toReversed(), nowMs)).toEqual(description)
    }),
  )
})
