import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readDate, readOffset } from './read-date.ts'

test.each<[unknown, string, number | null, boolean]>([
  ['2024:05:01 14:03:22', '2024-05-01T14:03:22.000Z', null, true],
  ['2024:05:01 14:03:22.123456+02:00', '2024-05-01T14:03:22.123Z', 120, true],
  ['2024:05:01 14:03:22Z', '2024-05-01T14:03:22.000Z', 0, true],
  ['2024:05:01 14:03:22-0330', '2024-05-01T14:03:22.000Z', -210, true],
  ['2024-05-01T14:03:22', '2024-05-01T14:03:22.000Z', null, true],
  ['2019:04:24 22:24:00+02:00 DST', '2019-04-24T22:24:00.000Z', 120, true],
  ['2007:11:19 00:00-08:00', '2007-11-19T00:00:00.000Z', -480, true],
  ['  2024:05:01 14:03:22  ', '2024-05-01T14:03:22.000Z', null, true],
  ['2006-05-23', '2006-05-23T12:00:00.000Z', null, false],
  ['2006-05', '2006-05-01T12:00:00.000Z', null, false],
  [1975, '1975-01-01T12:00:00.000Z', null, false],
  ['2024:02:29 00:00:00', '2024-02-29T00:00:00.000Z', null, true],
])('%j is read as %s with offset %j', (text, local, offsetMinutes, hasTime) => {
  expect(readDate(text)).toEqual({ localMs: Date.parse(local), offsetMinutes, hasTime })
})

test.each([
  '0000:00:00 00:00:00',
  '2023:02:29 12:00:00',
  '2024:13:01 12:00:00',
  '2024:04:31 12:00:00',
  '2024:05:01 24:00:00',
  '2024:05:01 12:60:00',
  '2024:05:01 12:00:60',
  '    :  :     :  :  ',
  'yesterday',
  '',
  12345678,
  null,
  undefined,
  true,
  ['2024:05:01 14:03:22'],
])('%j is no date', (text) => {
  expect(readDate(text)).toBeNull()
})

test.each([
  ['+02:00', 120],
  ['-03:30', -210],
  ['+5:45', 345],
  ['Z', 0],
  ['+00:00', 0],
  ['-00:00', 0],
  ['+19:00', null],
  ['   :  ', null],
  ['', null],
  [2, null],
])('the offset %j is %j minutes', (text, minutes) => {
  expect(readOffset(text)).toBe(minutes)
})

test('a text of any length is read at once', () => {
  const start = performance.now()
  expect(readDate(`2024:05:01 14:03:22${' '.repeat(50_000)}x`)).toBeNull()
  expect(performance.now() - start).toBeLessThan(100)
})

test('every moment that ExifTool can print is read back', () => {
  const anyMs = fc.integer({ min: Date.UTC(1826, 0, 1), max: Date.UTC(2999, 11, 31) })
  fc.assert(
    fc.property(anyMs, (ms) => {
      const text = new Date(ms).toISOString().replace(/^(\d+)-(\d+)-(\d+)T(.*)Z$/, '$1:$2:$3 $4')
      expect(readDate(text)?.localMs).toBe(ms)
    }),
  )
})
