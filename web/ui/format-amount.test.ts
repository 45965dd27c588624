import { expect, test } from 'vitest'
import { countOf, formatBytes, formatDuration, formatEta } from './format-amount.ts'

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_500, '1.5 kB'],
  [48_200_000, '48.2 MB'],
  [999_999_999, '1.0 GB'],
  [280_000_000, '280 MB'],
])('%i bytes are %s', (sizeBytes, text) => {
  expect(formatBytes(sizeBytes)).toBe(text)
})

test.each([
  [7_000, '0:07'],
  [754_000, '12:34'],
  [3_723_000, '1:02:03'],
])('%i ms play for %s', (durationMs, text) => {
  expect(formatDuration(durationMs)).toBe(text)
})

test('time left is rounded as people round it', () => {
  expect([30, 121, 12 * 3_600, 60 * 3_600].map(formatEta)).toEqual([
    'under a minute',
    'about 2 min',
    'about 12 h',
    'about 3 days',
  ])
})

test('one thing is singular', () => {
  expect([countOf(1, 'job'), countOf(1_204, 'job'), countOf(0, 'job')]).toEqual([
    '1 job',
    '1,204 jobs',
    '0 jobs',
  ])
})
