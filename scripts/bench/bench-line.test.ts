import { expect, test } from 'vitest'
import { formatResult, isMet, median } from './bench-line.ts'

test('a result beside its yardstick is judged by the ratio', () => {
  const line = formatResult({
    bench: 'B1',
    metric: 'x',
    value: 16,
    unit: 'files/s',
    yardstick: 20,
    goal: '≥ 0.75',
  })
  expect(JSON.parse(line)).toEqual({
    bench: 'B1',
    metric: 'x',
    value: 16,
    unit: 'files/s',
    yardstick: 20,
    ratio: 0.8,
    goal: '≥ 0.75',
    met: true,
  })
})

test('a result without one is judged by its value', () => {
  expect(
    JSON.parse(formatResult({ bench: 'B16', metric: 'p99', value: 21, unit: 'ms', goal: '< 20' })).met,
  ).toBe(false)
})

test.each([
  ['≥ 0.8', 0.8, true],
  ['≤ 1.15', 1.16, false],
  ['< 3', 3, false],
])('%s at %d is %j', (goal, value, met) => {
  expect(isMet(goal, value)).toBe(met)
})

test('a goal that cannot be read is an error', () => {
  expect(() => isMet('about 3', 3)).toThrow(RangeError)
})

test('the median of an even number lies between', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5])
})
