import { expect, test } from 'vitest'
import { addPoint, boxBetween, drawBox, emptyDraft, isEmpty, takeBack } from './prompt-draft.ts'

const inside = { at: [0.4, 0.5] as [number, number], inside: true }
const outside = { at: [0.1, 0.1] as [number, number], inside: false }

test('points add up, and the last one is taken back first', () => {
  const two = addPoint(addPoint(emptyDraft, inside), outside)
  expect(two.points).toEqual([inside, outside])
  expect(takeBack(two).points).toEqual([inside])
  expect(isEmpty(takeBack(takeBack(two)))).toBe(true)
})

test('a box begins anew, points make it clearer, and it goes last', () => {
  const boxed = addPoint(drawBox([0, 0, 0.5, 0.5]), outside)
  expect(boxed).toEqual({ points: [outside], box: [0, 0, 0.5, 0.5] })
  expect(takeBack(boxed)).toEqual({ points: [], box: [0, 0, 0.5, 0.5] })
  expect(takeBack(takeBack(boxed))).toEqual(emptyDraft)
})

test('more points than one question may have are left out', () => {
  let draft = emptyDraft
  for (let at = 0; at < 40; at += 1) draft = addPoint(draft, inside)
  expect(draft.points).toHaveLength(32)
})

test.each([
  [
    [0.8, 0.9],
    [0.25, 0.5],
    [0.25, 0.5, 0.55, 0.4],
  ],
  [
    [-0.5, 0.5],
    [0.5, 2],
    [0, 0.5, 0.5, 0.5],
  ],
  [[0.5, 0.5], [0.5, 0.9], null],
  [[1.2, 0.1], [1.5, 0.9], null],
] as const)('from %o to %o the box is %o', (a, b, box) => {
  const found = boxBetween(a, b)
  expect(found?.map((share) => Math.round(share * 1e6) / 1e6) ?? null).toEqual(box)
})
