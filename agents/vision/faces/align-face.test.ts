import { expect, test } from 'vitest'
import type { Pixels } from '../picture/picture.ts'
import { alignFace } from './align-face.ts'

/** Red grows to the right, green downwards. */
const slope: Pixels = {
  widthPx: 64,
  heightPx: 48,
  rgb: Uint8Array.from({ length: 64 * 48 * 3 }, (_, index) => {
    const pixel = Math.floor(index / 3)
    return [(pixel % 64) * 4, Math.floor(pixel / 64) * 5, 90][index % 3] as number
  }),
}
const colourAt = (picture: Pixels, x: number, y: number) => [
  ...picture.rgb.slice((y * picture.widthPx + x) * 3, (y * picture.widthPx + x) * 3 + 3),
]

test('a crop that is only moved holds the same pixels, and black outside', () => {
  const crop = alignFace(slope, { a: 1, b: 0, dx: -60, dy: -3 }, 16)
  expect(colourAt(crop, 2, 5)).toEqual(colourAt(slope, 62, 8))
  expect(colourAt(crop, 4, 5)).toEqual([0, 0, 0])
})

test('a place between pixels has a colour between theirs', () => {
  const crop = alignFace(slope, { a: 2, b: 0, dx: 0, dy: 0 }, 32)
  expect(colourAt(crop, 21, 10)).toEqual([42, 25, 90])
})

test('a quarter turn brings what was to the right to the bottom', () => {
  const crop = alignFace(slope, { a: 0, b: 1, dx: 47, dy: 0 }, 48)
  expect(colourAt(crop, 47 - 7, 20)).toEqual(colourAt(slope, 20, 7))
})

test('a face larger than the crop is averaged, so that a fine pattern becomes grey', () => {
  const stripes: Pixels = {
    ...slope,
    rgb: slope.rgb.map((_, index) => (Math.floor(index / 3) % 2 ? 255 : 0)),
  }
  const crop = alignFace(stripes, { a: 0.25, b: 0, dx: 0, dy: 0 }, 12)
  for (let x = 2; x < 10; x++) expect(Math.abs((colourAt(crop, x, 5)[0] as number) - 127)).toBeLessThan(20)
})

test('a picture of one pixel can be cut', () => {
  const dot: Pixels = { widthPx: 1, heightPx: 1, rgb: Uint8Array.of(200, 100, 50) }
  const crop = alignFace(dot, { a: 1, b: 0, dx: 5, dy: 5 }, 11)
  expect(colourAt(crop, 5, 5)).toEqual([200, 100, 50])
  expect(colourAt(crop, 8, 5)).toEqual([0, 0, 0])
})
