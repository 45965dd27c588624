import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Mask } from './mask.ts'
import { boxOfMask, isInMask, maskArea, maskOverlap, mergeMasks, pixelBoxOfMask } from './mask-shape.ts'
import { decodeMask, encodeColumns, encodeMask } from './rle.ts'
import { GOLDEN_PAIR_DIGEST, GOLDEN_SHAPE_DIGEST } from './testing/golden-masks.ts'
import { describeMask, randomMasks } from './testing/random-masks.ts'

const draw = (...rows: string[]): Mask => {
  const { bits, heightPx, widthPx } = describeMask(rows)
  return encodeMask(bits, heightPx, widthPx)
}

test('ten thousand masks have the areas and boxes that pycocotools gives them', () => {
  const hash = createHash('sha256')
  for (const { columns, heightPx, widthPx } of randomMasks(10_000)) {
    const mask = encodeColumns(columns, heightPx, widthPx)
    hash.update(`${maskArea(mask)} ${(pixelBoxOfMask(mask) ?? [0, 0, 0, 0]).join(' ')}\n`)
  }
  expect(hash.digest('hex')).toBe(GOLDEN_SHAPE_DIGEST)
})

test('masks of one size overlap and are merged as by pycocotools', () => {
  const hash = createHash('sha256')
  for (const [one, other] of pairsOfOneSize(10_000)) {
    const overlap = Math.floor(maskOverlap(one, other) * 1e6)
    const any = mergeMasks([one, other], 'any').counts
    hash.update(`${overlap} ${any} ${mergeMasks([one, other], 'all').counts}\n`)
  }
  expect(hash.digest('hex')).toBe(GOLDEN_PAIR_DIGEST)
})

/** Each mask with the next one of its size, sizes in the order in which they come up first. */
function* pairsOfOneSize(count: number): Generator<[Mask, Mask]> {
  const bySize = new Map<string, Mask[]>()
  for (const { columns, heightPx, widthPx } of randomMasks(count)) {
    const mask = encodeColumns(columns, heightPx, widthPx)
    const alike = bySize.get(`${mask.size}`)
    if (alike) alike.push(mask)
    else bySize.set(`${mask.size}`, [mask])
  }
  for (const alike of bySize.values()) {
    for (let i = 1; i < alike.length; i += 1) yield [alike[i - 1]!, alike[i]!]
  }
}

test('a box is given in fractions of the picture, and none of an empty mask', () => {
  const mask = draw('....', '.##.', '..#.', '....', '....')
  expect(boxOfMask(mask)).toEqual([1 / 4, 1 / 5, 2 / 4, 2 / 5])
  expect(boxOfMask(draw('..', '..'))).toBeNull()
})

test('a point is in a mask where its pixel is', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (x, y) => {
        const mask = draw('#..#', '.##.', '#...')
        const [column, row] = [Math.min(3, Math.floor(x * 4)), Math.min(2, Math.floor(y * 3))]
        expect(isInMask(mask, [x, y])).toBe(decodeMask(mask)[row * 4 + column] === 1)
      },
    ),
  )
})

test.each([
  [-0.1, 0.5],
  [0.5, 1.1],
  [Number.NaN, 0.5],
])('a point at %d, %d, beside the picture, is in no mask', (x, y) => {
  expect(isInMask(draw('##', '##'), [x, y])).toBe(false)
})

test('more than two masks are merged, and one alone stays as it is', () => {
  const [left, right, lower] = [draw('#..', '...'), draw('..#', '...'), draw('...', '###')]
  expect(mergeMasks([left, right, lower], 'any')).toEqual(draw('#.#', '###'))
  expect(mergeMasks([left, right, lower], 'all')).toEqual(draw('...', '...'))
  expect(mergeMasks([left], 'any')).toEqual(left)
})

test('two empty masks share nothing', () => {
  expect(maskOverlap(draw('..'), draw('..'))).toBe(0)
})

test('masks of two sizes are not compared', () => {
  expect(() => maskOverlap(draw('..'), draw('...'))).toThrow('Masks of 2×1 and 3×1 pixels cannot be compared')
  expect(() => mergeMasks([draw('..'), draw('.', '.')], 'any')).toThrow(RangeError)
})
