import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeColumns, decodeMask, encodeColumns, encodeMask } from './rle.ts'
import { GOLDEN_DIGEST, goldenMasks } from './testing/golden-masks.ts'
import { describeMask, randomMasks } from './testing/random-masks.ts'

test.each(goldenMasks)('$name is encoded as by pycocotools', ({ rows, counts }) => {
  const { bits, heightPx, widthPx } = describeMask(rows)
  expect(encodeMask(bits, heightPx, widthPx)).toEqual({ size: [heightPx, widthPx], counts })
})

test('ten thousand masks of all kinds are encoded as by pycocotools, and decoded to what they were', () => {
  const hash = createHash('sha256')
  for (const { columns, heightPx, widthPx } of randomMasks(10_000)) {
    const mask = encodeColumns(columns, heightPx, widthPx)
    hash.update(`${mask.counts}\n`)
    if (!Buffer.from(decodeColumns(mask)).equals(columns)) expect.fail(`${mask.counts} is decoded otherwise`)
  }
  expect(hash.digest('hex')).toBe(GOLDEN_DIGEST)
})

const bitMap = fc
  .record({ heightPx: fc.integer({ min: 1, max: 70 }), widthPx: fc.integer({ min: 1, max: 70 }) })
  .chain((size) =>
    fc.record({
      heightPx: fc.constant(size.heightPx),
      widthPx: fc.constant(size.widthPx),
      bits: fc.uint8Array({
        minLength: size.heightPx * size.widthPx,
        maxLength: size.heightPx * size.widthPx,
        max: 1,
      }),
    }),
  )

test('a mask of rows survives being encoded and decoded', () => {
  fc.assert(
    fc.property(bitMap, ({ bits, heightPx, widthPx }) => {
      expect(decodeMask(encodeMask(bits, heightPx, widthPx))).toEqual(bits)
    }),
  )
})

test('rows and columns of one mask are encoded alike', () => {
  fc.assert(
    fc.property(bitMap, ({ bits, heightPx, widthPx }) => {
      const columns = Uint8Array.from(
        bits,
        (_, at) => bits[(at % heightPx) * widthPx + Math.floor(at / heightPx)]!,
      )
      expect(encodeColumns(columns, heightPx, widthPx)).toEqual(encodeMask(bits, heightPx, widthPx))
    }),
  )
})

test('every value but zero is inside', () => {
  const bits = Uint8Array.of(0, 255, 3, 1, 0, 0, 2, 2)
  const ones = bits.map((value) => Number(value !== 0))
  expect(encodeMask(bits, 2, 4)).toEqual(encodeMask(ones, 2, 4))
  expect(encodeColumns(bits, 2, 4)).toEqual(encodeColumns(ones, 2, 4))
})

test('bits that begin between two words are encoded as others are', () => {
  const bytes = new Uint8Array(101)
  bytes.fill(1, 20, 60)
  const shifted = bytes.subarray(1)
  expect(encodeColumns(shifted, 10, 10)).toEqual(encodeColumns(shifted.slice(), 10, 10))
})

test.each([
  ['too few pixels', '5'],
  ['too many pixels', 'Z1'],
  ['a run that is cut off', '1P'],
  ['a character of no mask', '1\u0000'],
  ['a character beyond the code', '1é'],
  ['a run below zero', '1O'],
  ['a number that is too long', 'PPPPPPPPP0'],
  ['nothing', ''],
])('%s is no mask of nine pixels', (_, counts) => {
  expect(() => decodeMask({ size: [3, 3], counts })).toThrow(/not the run lengths of a mask of 3×3 pixels/)
})

test('runs of no pixels are taken as other programs write them', () => {
  // pycocotools issue: leading empty runs of both colours.
  expect(decodeColumns({ size: [1, 4], counts: '00013' })).toEqual(Uint8Array.of(1, 0, 0, 0))
})

test('bits that are not as many as the size says are refused', () => {
  expect(() => encodeMask(new Uint8Array(8), 3, 3)).toThrow('8 bytes are no mask of 3×3 pixels')
})
