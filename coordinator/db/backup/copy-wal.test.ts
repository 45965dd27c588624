import { expect, test } from 'vitest'
import { segmentBefore, segmentNames } from './copy-wal.ts'

test('segments are counted over the end of a log file', () => {
  expect(segmentNames('0000000100000000000000FE', '000000010000000100000001')).toEqual([
    '0000000100000000000000FE',
    '0000000100000000000000FF',
    '000000010000000100000000',
    '000000010000000100000001',
  ])
  expect(segmentBefore('000000010000000100000000')).toBe('0000000100000000000000FF')
})

test('a range that ends before it begins has none', () => {
  expect(segmentNames('000000010000000000000005', '000000010000000000000004')).toEqual([])
})
