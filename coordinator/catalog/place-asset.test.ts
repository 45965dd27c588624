import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GeoPoint } from '../../protocol/assets.ts'
import type { Tags } from '../../protocol/ingest.ts'
import type { KnownFile } from './known-file.ts'
import { findPlace, placeAsset } from './place-asset.ts'

function file(name: string, tags: Tags | null, role: KnownFile['role'] = 'original'): KnownFile {
  return { id: 1, name, role, tags, mtimeUs: 0 }
}

const exif = (latitude: unknown, north: unknown, longitude: unknown, east: unknown) => ({
  'EXIF:GPSLatitude': latitude,
  'EXIF:GPSLatitudeRef': north,
  'EXIF:GPSLongitude': longitude,
  'EXIF:GPSLongitudeRef': east,
})

test.each<[string, Tags, [number, number, number | null]]>([
  ['EXIF in the north-west', exif(37.7749, 'N', 122.4194, 'W'), [37.7749, -122.4194, null]],
  ['EXIF in the south-east', exif(33.85, 'S', 151.2, 'E'), [-33.85, 151.2, null]],
  ['references that are written out', exif(33.85, 'South', 151.2, 'East'), [-33.85, 151.2, null]],
  ['a height', { ...exif(1, 'N', 1, 'E'), 'EXIF:GPSAltitude': 97, 'EXIF:GPSAltitudeRef': 0 }, [1, 1, 97]],
  ['a depth', { ...exif(1, 'N', 1, 'E'), 'EXIF:GPSAltitude': 12, 'EXIF:GPSAltitudeRef': 1 }, [1, 1, -12]],
  ['an impossible height', { ...exif(1, 'N', 1, 'E'), 'EXIF:GPSAltitude': 4e9 }, [1, 1, null]],
  ['XMP with signs', { 'XMP:GPSLatitude': 48.4, 'XMP:GPSLongitude': -3.09 }, [48.4, -3.09, null]],
  [
    // iOS exports such sidecars; ExifTool composes 63.57 east from them.
    'XMP with references instead of signs',
    {
      'XMP:GPSLatitude': 44.646,
      'XMP:GPSLatitudeRef': 'N',
      'XMP:GPSLongitude': 63.57,
      'XMP:GPSLongitudeRef': 'W',
      'Composite:GPSPosition': '44.646 63.57',
    },
    [44.646, -63.57, null],
  ],
  [
    'XMP with both',
    {
      'XMP:GPSLatitude': 40.2,
      'XMP:GPSLatitudeRef': 'N',
      'XMP:GPSLongitude': -76.3,
      'XMP:GPSLongitudeRef': 'W',
    },
    [40.2, -76.3, null],
  ],
  ['QuickTime', { 'QuickTime:GPSCoordinates': '47.5383 -2.8919 12.5' }, [47.5383, -2.8919, 12.5]],
  ['a composed position', { 'Composite:GPSPosition': '-12.5 130.8' }, [-12.5, 130.8, null]],
  ['the equator', exif(0, 'N', 30.5, 'E'), [0, 30.5, null]],
])('%s is a place', (_fact, tags, [latitude, longitude, altitudeM]) => {
  expect(placeAsset([file('a.jpg', tags)])).toEqual({ latitude, longitude, altitudeM })
})

test.each<[string, Tags | null]>([
  ['no tags', null],
  ['empty tags', exif('', '', '', '')],
  ['the zeros of a receiver without a fix', { ...exif(0, 'N', 0, 'E'), 'Composite:GPSPosition': '0 0' }],
  ['a latitude beyond the pole', exif(91, 'N', 10, 'E')],
  ['a longitude beyond the date line', exif(10, 'N', 181, 'E')],
  ['half a place', { 'EXIF:GPSLatitude': 10, 'EXIF:GPSLatitudeRef': 'N' }],
  ['degrees of an unknown hemisphere', { 'EXIF:GPSLatitude': 10, 'EXIF:GPSLongitude': 20 }],
  ['words', exif('north', 'N', 'east', 'E')],
  ['infinity', { 'XMP:GPSLatitude': 'inf', 'XMP:GPSLongitude': Number.POSITIVE_INFINITY }],
])('%s are no place', (_fact, tags) => {
  expect(placeAsset([file('a.jpg', tags)])).toBeNull()
})

test('a sidecar speaks before the picture, and the original before its export', () => {
  const original = file('a.cr2', exif(1, 'N', 1, 'E'))
  const exported = file('a.jpg', exif(2, 'N', 2, 'E'), 'export')
  const sidecar = file('a.xmp', { 'XMP:GPSLatitude': 3, 'XMP:GPSLongitude': 3 }, 'sidecar')
  expect(findPlace([exported, original])?.file).toBe(original)
  expect(findPlace([exported, original, sidecar])).toMatchObject({ file: sidecar, tag: 'XMP:GPSLatitude' })
  expect(findPlace([exported, original, { ...sidecar, tags: {} }])?.file).toBe(original)
})

test('whatever the tags hold, a place is one', () => {
  const anyValue = fc.oneof(fc.double(), fc.string(), fc.constantFrom('N', 'S', 'E', 'W', null, [], '1 2 3'))
  const tagNames = [
    'GPSLatitude',
    'GPSLongitude',
    'GPSLatitudeRef',
    'GPSLongitudeRef',
    'GPSAltitude',
    'GPSPosition',
  ]
  const anyTag = fc
    .tuple(fc.constantFrom('EXIF', 'XMP', 'Composite'), fc.constantFrom(...tagNames))
    .map((parts) => parts.join(':'))
  fc.assert(
    fc.property(fc.dictionary(anyTag, anyValue), (tags) => {
      const place = placeAsset([file('a.jpg', tags)])
      if (place !== null) GeoPoint.parse(place)
    }),
    { numRuns: 1_000 },
  )
})
