import { expect, test } from 'vitest'
import {
  bucketOf,
  dayOf,
  formatAgo,
  formatBucket,
  formatDay,
  formatLocal,
  formatOffset,
  formatSpan,
} from './format-when.ts'

test('months have names, and so has having none', () => {
  expect(formatBucket('2024-05')).toBe('May 2024')
  expect(formatBucket('undated')).toBe('No date')
})

test('the day is the one that the camera showed, whatever zone the browser is in', () => {
  expect(dayOf('2024-05-01T00:10:00')).toBe('2024-05-01')
  expect(bucketOf('2024-01-01T00:00:01')).toBe('2024-01')
  expect(bucketOf(null)).toBe('undated')
  expect(formatDay('2024-05-18')).toBe('Sat 18')
  expect(formatLocal('2024-05-18T14:03:22')).toBe('Sat 18 May 2024, 14:03')
})

test('offsets are written with a real minus and minutes only where there are some', () => {
  expect([120, -210, 0, 345].map(formatOffset)).toEqual(['UTC+2', 'UTC−3:30', 'UTC+0', 'UTC+5:45'])
})

test.each([
  [10, 'just now'],
  [300, '5 min ago'],
  [7_200, '2 h ago'],
  [3 * 86_400, '3 days ago'],
])('%i seconds ago is “%s”', (seconds, words) => {
  const nowMs = Date.parse('2024-05-18T12:00:00Z')
  expect(formatAgo(new Date(nowMs - seconds * 1_000).toISOString(), nowMs)).toBe(words)
})

test('a span is told in the one unit that people would use', () => {
  const spansMs = [-5, 400, 12_000, 240_000, 3 * 3_600_000, 50 * 3_600_000]
  expect(spansMs.map(formatSpan)).toEqual([
    'under a second',
    'under a second',
    '12 s',
    '4 min',
    '3 h',
    '2 days',
  ])
})
