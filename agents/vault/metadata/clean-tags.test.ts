import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cleanTags } from './clean-tags.ts'

test('binary placeholders, paths and times of reading are left out', () => {
  expect(
    cleanTags({
      SourceFile: '/a/b.jpg',
      'File:Directory': '/a',
      'File:FileAccessDate': '2026:01:01 00:00:00+00:00',
      'EXIF:ThumbnailImage': '(Binary data 6702 bytes, use -b option to extract)',
      'EXIF:Make': 'NIKON',
      'EXIF:FNumber': 5.9,
      'XMP:Subject': ['a', 'b'],
      'XMP:HasCrop': false,
      'EXIF:Bad': Number.POSITIVE_INFINITY,
    }),
  ).toEqual({ 'EXIF:Make': 'NIKON', 'EXIF:FNumber': 5.9, 'XMP:Subject': ['a', 'b'], 'XMP:HasCrop': false })
})

test('NUL and lone surrogates are made storable, long texts are cut', () => {
  const tags = cleanTags({ 'EXIF:A': 'a\0b\ud800c', 'EXIF:B': 'x'.repeat(100_000), 'EXIF:C\0': ['\0'] })
  expect(tags['EXIF:A']).toBe('ab\ufffdc')
  expect(tags['EXIF:B']).toHaveLength(8_192)
  expect(tags['EXIF:C']).toEqual([''])
})

test('when there is too much, the largest values go and the short ones stay', () => {
  const many = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [`XMP:History${i}`, 'h'.repeat(4_000)]),
  )
  const tags = cleanTags({ ...many, 'EXIF:DateTimeOriginal': '2024:05:01 10:00:00' })
  expect(JSON.stringify(tags).length).toBeLessThanOrEqual(65_536)
  expect(tags['EXIF:DateTimeOriginal']).toBe('2024:05:01 10:00:00')
  expect(Object.keys(tags).length).toBeGreaterThan(10)
})

test('whatever a file holds, the result is bounded, storable JSON', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.anything({ maxDepth: 10 })), (raw) => {
      const text = JSON.stringify(cleanTags(raw))
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_536)
      expect(text.includes('\\u0000')).toBe(false)
      expect(text.isWellFormed() && !/\\ud[89a-f]/i.test(text)).toBe(true)
    }),
  )
})
