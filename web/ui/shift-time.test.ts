import { expect, test } from 'vitest'
import { readShift, shiftLocal } from './shift-time.ts'

test.each([
  [{ days: '1', hours: '', minutes: '2', seconds: '' }, 86_520],
  [{ days: '', hours: ' 3 ', minutes: '', seconds: '1' }, 10_801],
  [{ days: '', hours: '', minutes: '', seconds: '' }, 0],
  [{ days: '-1', hours: '', minutes: '', seconds: '' }, undefined],
  [{ days: '1.5', hours: '', minutes: '', seconds: '' }, undefined],
])('%j is %s seconds', (texts, seconds) => {
  expect(readShift(texts)).toBe(seconds)
})

test('a shift goes over the ends of days, months and years', () => {
  expect(shiftLocal('2023-12-31T23:59:59', 1)).toBe('2024-01-01T00:00:00')
  expect(shiftLocal('2024-03-01T00:00:00.500', -86_400)).toBe('2024-02-29T00:00:00')
})
