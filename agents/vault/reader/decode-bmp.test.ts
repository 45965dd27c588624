import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeBmp, findBmpHeader } from './decode-bmp.ts'

/** A bitmap as Windows writes it: rows from the bottom, padded to 4 bytes. */
function makeBmp(
  bits: number,
  widthPx: number,
  heightPx: number,
  palette: number[],
  rows: number[][],
): Buffer {
  const head = Buffer.alloc(54)
  const pixelsAt = 54 + palette.length
  head.write('BM', 0, 'latin1')
  head.writeUInt32LE(pixelsAt, 10)
  head.writeUInt32LE(40, 14)
  head.writeInt32LE(widthPx, 18)
  head.writeInt32LE(heightPx, 22)
  head.writeUInt16LE(1, 26)
  head.writeUInt16LE(bits, 28)
  return Buffer.concat([head, Buffer.from(palette), Buffer.from(rows.flat())])
}

function decode(bytes: Buffer): { data: number[]; isWhole: boolean } {
  const header = findBmpHeader(bytes)
  if (header === undefined) throw new Error('not a bitmap')
  const { pixels, isWhole } = decodeBmp(bytes, header)
  return { data: [...pixels.data], isWhole }
}

test('24 bits: blue first, bottom row first', () => {
  const bytes = makeBmp(
    24,
    1,
    2,
    [],
    [
      [1, 2, 3, 0],
      [4, 5, 6, 0],
    ],
  )
  expect(decode(bytes)).toEqual({ data: [6, 5, 4, 3, 2, 1], isWhole: true })
})

test('a negative height means the top row first', () => {
  const bytes = makeBmp(
    24,
    1,
    -2,
    [],
    [
      [1, 2, 3, 0],
      [4, 5, 6, 0],
    ],
  )
  expect(decode(bytes).data).toEqual([3, 2, 1, 6, 5, 4])
})

test('1, 4 and 8 bits go through the palette', () => {
  const palette = [1, 2, 3, 0, 4, 5, 6, 0]
  expect(decode(makeBmp(1, 2, 1, palette, [[0b0100_0000, 0, 0, 0]])).data).toEqual([3, 2, 1, 6, 5, 4])
  expect(decode(makeBmp(4, 2, 1, palette, [[0x10, 0, 0, 0]])).data).toEqual([6, 5, 4, 3, 2, 1])
  expect(decode(makeBmp(8, 2, 1, palette, [[1, 0, 0, 0]])).data).toEqual([6, 5, 4, 3, 2, 1])
})

test('a cut bitmap is decoded as far as it goes', () => {
  const whole = makeBmp(
    24,
    1,
    2,
    [],
    [
      [1, 2, 3, 0],
      [4, 5, 6, 0],
    ],
  )
  expect(decode(whole.subarray(0, whole.length - 4))).toEqual({ data: [0, 0, 0, 3, 2, 1], isWhole: false })
})

test('no bytes make the decoder throw or read outside', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(1, 4, 8, 24, 32), (noise, bits) => {
      const bytes = Buffer.concat([makeBmp(bits, 3, 3, [], []), Buffer.from(noise)])
      expect(decode(bytes).data).toHaveLength(27)
      findBmpHeader(Buffer.from(noise))
    }),
  )
})
