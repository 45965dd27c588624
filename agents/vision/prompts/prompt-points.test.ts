import { expect, test } from 'vitest'
import { isAmbiguous, promptPoints } from './prompt-points.ts'

/** A picture of 2:1 at the upper left corner of a square of 1,024. */
const placement = { leftPx: 0, topPx: 0, widthPx: 1024, heightPx: 512 }
const point = (x: number, y: number, inside = true) => ({ at: [x, y] as [number, number], inside })

test('points are pixels of the square, inside and outside, and end with one that is none', () => {
  const prompt = { points: [point(0.5, 0.5), point(0.25, 1, false)], box: null }
  expect(promptPoints(prompt, placement, true)).toEqual({
    coords: [512, 256, 256, 512, 0, 0],
    labels: [1, 0, -1],
  })
})

test('a box is its two corners under labels of their own, and needs no end', () => {
  const prompt = {
    points: [point(0.5, 0.5)],
    box: [0.25, 0.5, 0.5, 0.25] as [number, number, number, number],
  }
  expect(promptPoints(prompt, placement, true)).toEqual({
    coords: [512, 256, 256, 256, 768, 384],
    labels: [1, 2, 3],
  })
})

test('decoders that end a prompt themselves are not given an end', () => {
  expect(promptPoints({ points: [point(0, 0)], box: null }, placement, false).labels).toEqual([1])
})

test('one point or a box alone can mean several things, more cannot', () => {
  const box = [0, 0, 1, 1] as [number, number, number, number]
  expect(isAmbiguous({ points: [point(0, 0)], box: null })).toBe(true)
  expect(isAmbiguous({ points: [], box })).toBe(true)
  expect(isAmbiguous({ points: [point(0, 0)], box })).toBe(false)
  expect(isAmbiguous({ points: [point(0, 0), point(1, 1)], box: null })).toBe(false)
})
