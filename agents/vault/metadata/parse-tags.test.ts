import { expect, test } from 'vitest'
import { parseTags } from './parse-tags.ts'

test('texts that look like numbers keep their digits, and numbers stay numbers', () => {
  const answer =
    '[{"XMP:Title": 1.10, "EXIF:FNumber": 5.9, "XMP:Subject": [2.0, 7, 12345678901234567890], "XMP:Big": 1e+05}]'
  expect(parseTags(answer)).toEqual({
    'XMP:Title': '1.10',
    'EXIF:FNumber': 5.9,
    'XMP:Subject': ['2.0', 7, '12345678901234567890'],
    'XMP:Big': '1e+05',
  })
})

test('an answer without a file has no tags', () => {
  expect(parseTags('')).toBeUndefined()
  expect(parseTags('[]')).toBeUndefined()
})
