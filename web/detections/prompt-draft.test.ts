import { expect, test } from 'vitest'
import { addPoint, drawBox, emptyDraft, isEmpty, takeBack } from './prompt-draft.ts'

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
