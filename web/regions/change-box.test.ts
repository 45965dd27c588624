import { expect, test } from 'vitest'
import type { Box } from '../ui/box-between.ts'
import { boxAt, corners, grownBy, largeEnough, movedBy, withCorner } from './change-box.ts'

const box: Box = [0.25, 0.25, 0.5, 0.25]

test('a box that is moved keeps its size and stays in the picture', () => {
  expect(movedBy(box, [0.125, -0.125])).toEqual([0.375, 0.125, 0.5, 0.25])
  expect(movedBy(box, [9, 9])).toEqual([0.5, 0.75, 0.5, 0.25])
  expect(movedBy(box, [-9, -9])).toEqual([0, 0, 0.5, 0.25])
})

test('a corner that is pulled leaves the opposite one where it is, also past it', () => {
  expect(withCorner(box, ['left', 'top'], [0, 0])).toEqual([0, 0, 0.75, 0.5])
  expect(withCorner(box, ['right', 'bottom'], [1, 1])).toEqual([0.25, 0.25, 0.75, 0.75])
  expect(withCorner(box, ['left', 'top'], [1, 1])).toEqual([0.75, 0.5, 0.25, 0.5])
  expect(withCorner(box, ['right', 'top'], [2, -2])).toEqual([0.25, 0, 0.75, 0.5])
})

test('no box becomes too small to be taken hold of', () => {
  for (const corner of corners) {
    const [x, y] = [corner[0] === 'left' ? 0.75 : 0.25, corner[1] === 'top' ? 0.5 : 0.25]
    expect(withCorner(box, corner, [x, y])).toEqual(box)
  }
  expect(grownBy(box, [-0.3, 0])).toEqual(box)
  expect(grownBy(box, [0.125, 0.125])).toEqual([0.125, 0.125, 0.75, 0.5])
  expect(largeEnough([0, 0, 0.001, 0.5])).toBeNull()
})

test('of boxes that lie in each other the smallest is meant', () => {
  const boxes: Box[] = [[0, 0, 1, 1], [0.4, 0.4, 0.2, 0.2], box]
  expect(boxAt(boxes, [0.5, 0.45])).toBe(1)
  expect(boxAt(boxes, [0.3, 0.3])).toBe(2)
  expect(boxAt(boxes, [0.9, 0.9])).toBe(0)
  expect(boxAt([box], [0.9, 0.9])).toBe(-1)
})
