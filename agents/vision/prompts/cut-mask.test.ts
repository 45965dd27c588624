import { expect, test } from 'vitest'
import { cutMask } from './cut-mask.ts'

/** 1 inside of a rectangle of the plane, -1 outside. */
function plane(
  side: number,
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  filled = { widthPx: side, heightPx: side },
) {
  const values = new Float32Array(side * side).fill(-1)
  for (let y = y1; y < y2; y++) for (let x = x1; x < x2; x++) values[y * side + x] = 1
  return { widthPx: side, heightPx: side, values, filled }
}
const at = (bits: Uint8Array, height: number, x: number, y: number) => bits[x * height + y]

test('a plane as large as the picture is only laid down by columns', () => {
  const bits = cutMask(plane(8, 1, 2, 4, 7), { widthPx: 8, heightPx: 8 })
  for (let y = 0; y < 8; y++)
    for (let x = 0; x < 8; x++) expect(at(bits, 8, x, y)).toBe(x >= 1 && x < 4 && y >= 2 && y < 7 ? 1 : 0)
})

test('edges stay where they are when it is stretched', () => {
  const bits = cutMask(plane(64, 16, 8, 48, 40), { widthPx: 640, heightPx: 320 })
  expect([at(bits, 320, 158, 100), at(bits, 320, 161, 100)]).toEqual([0, 1])
  expect([at(bits, 320, 478, 100), at(bits, 320, 481, 100)]).toEqual([1, 0])
  expect([at(bits, 320, 300, 38), at(bits, 320, 300, 41)]).toEqual([0, 1])
  const inside = bits.reduce((sum, bit) => sum + bit, 0)
  expect(Math.abs(inside / (320 * 160) - 1)).toBeLessThan(0.02)
})

test('the margin beside the picture is left away', () => {
  // The picture fills the upper half of the plane, what is set lies in its lower right quarter.
  const bits = cutMask(plane(64, 32, 16, 64, 32, { widthPx: 64, heightPx: 32 }), {
    widthPx: 128,
    heightPx: 64,
  })
  expect(at(bits, 64, 127, 62)).toBe(1)
  expect(at(bits, 64, 66, 34)).toBe(1)
  expect(at(bits, 64, 60, 40)).toBe(0)
  expect(at(bits, 64, 100, 28)).toBe(0)
})

test('a picture of one line has a mask of one line', () => {
  const bits = cutMask(plane(256, 0, 0, 128, 1, { widthPx: 256, heightPx: 0.25 }), {
    widthPx: 1000,
    heightPx: 1,
  })
  expect(bits).toHaveLength(1000)
  expect([bits[10], bits[990]]).toEqual([1, 0])
})
