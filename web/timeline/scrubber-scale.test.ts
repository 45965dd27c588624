import { expect, test } from 'vitest'
import { positionAt, stepSection, trackAt, yearLabels } from './scrubber-scale.ts'
import { mapSections } from './section-map.ts'

const buckets = ['2024-05', '2024-04', '2023-12', '2023-01', '2022-07', 'undated']
const map = mapSections([1_000, 1_000, 1_000, 1_000, 1_000, 1_000])

test('track and timeline map onto each other', () => {
  for (const y of [0, 13, 299, 600]) expect(trackAt(map, 600, positionAt(map, 600, y))).toBeCloseTo(y)
  expect(positionAt(map, 600, -20)).toBe(0)
  expect(positionAt(map, 600, 9_999)).toBe(6_000)
})

test('a label stands where its year begins', () => {
  expect(yearLabels(buckets, map, 600)).toEqual([
    { year: '2024', yPx: 0, section: 0 },
    { year: '2023', yPx: 200, section: 2 },
    { year: '2022', yPx: 400, section: 4 },
  ])
})

test('labels that would touch are left out', () => {
  const labels = yearLabels(buckets, map, 60)
  expect(labels.map(({ year }) => year)).toEqual(['2024', '2022'])
})

test.each([
  ['older', 0, 1],
  ['older', 5_500, 5],
  ['newer', 2_000, 1],
  ['newer', 0, 0],
  ['year-older', 0, 2],
  ['year-older', 2_500, 4],
  ['year-newer', 4_100, 2],
  ['year-newer', 3_000, 0],
  ['first', 4_000, 0],
  ['last', 0, 5],
] as const)('%s from %i px leads to section %i', (step, positionPx, section) => {
  expect(stepSection(buckets, map, positionPx, step)).toBe(section)
})
