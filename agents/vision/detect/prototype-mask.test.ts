import fc from 'fast-check'
import { expect, test } from 'vitest'
import { maskArea } from '../../../protocol/mask-shape.ts'
import { decodeMask } from '../../../protocol/rle.ts'
import { placePicture } from '../picture/placement.ts'
import { mixMask, type Prototypes } from './prototype-mask.ts'

const input = { widthPx: 64, heightPx: 64 }
const whole = { x1: 0, y1: 0, x2: 64, y2: 64 }
const stretched = placePicture(input, input, 'stretch')

/** Of 16 × 16 pixels, by a function of column and row. */
function prototypes(...values: ((column: number, row: number) => number)[]): Prototypes {
  const data = values.flatMap((value) =>
    Array.from({ length: 256 }, (_, i) => value(i % 16, Math.floor(i / 16))),
  )
  return { data: Float32Array.from(data), count: values.length, heightPx: 16, widthPx: 16 }
}

test('where the picture fills the input, a pixel is inside when the mixture is above zero in it', () => {
  const random = fc.float({ min: -8, max: 8, noNaN: true })
  fc.assert(
    fc.property(
      fc.array(random, { minLength: 768, maxLength: 768 }),
      fc.tuple(random, random, random),
      fc.tuple(fc.nat(15), fc.nat(15), fc.integer({ min: 1, max: 16 }), fc.integer({ min: 1, max: 16 })),
      (data, coefficients, [left, top, width, height]) => {
        const three = { data: Float32Array.from(data), count: 3, heightPx: 16, widthPx: 16 }
        const box = { x1: left * 4, y1: top * 4, x2: (left + width) * 4, y2: (top + height) * 4 }
        const mask = mixMask(three, Float32Array.from(coefficients), box, stretched, input)
        const bits = mask ? decodeMask(mask) : new Uint8Array(256)
        for (let pixel = 0; pixel < 256; pixel += 1) {
          const [column, row] = [pixel % 16, Math.floor(pixel / 16)]
          const isInBox = column >= left && column < left + width && row >= top && row < top + height
          const mixture = coefficients.reduce((sum, value, i) => sum + value * data[i * 256 + pixel]!, 0)
          // Beside the rounding of 32 bits nobody knows.
          if (Math.abs(mixture) > 1e-3) expect(bits[pixel]).toBe(Number(isInBox && mixture > 0))
        }
      },
    ),
  )
})

test('an edge lies at the same place of the picture, wherever the letterbox has put it', () => {
  fc.assert(
    fc.property(
      fc.record({ widthPx: fc.integer({ min: 20, max: 400 }), heightPx: fc.integer({ min: 20, max: 400 }) }),
      fc.double({ min: 0.2, max: 0.8, noNaN: true }),
      fc.constantFrom('centre', 'corner'),
      (picture, edge, fit) => {
        const placement = placePicture(picture, input, fit)
        const edgePx = placement.leftPx + edge * placement.widthPx
        // Rises from left to right and is zero at the edge.
        const rising = prototypes((column) => (column + 0.5) * 4 - edgePx)
        const mask = mixMask(rising, Float32Array.of(1), whole, placement, input)
        const [heightPx, widthPx] = [placement.heightPx, placement.widthPx].map((side) =>
          Math.max(1, Math.round(side / 4)),
        ) as [number, number]
        const bits = mask ? decodeMask(mask) : new Uint8Array(heightPx * widthPx)
        for (let column = 0; column < widthPx; column += 1) {
          const middle = (column + 0.5) / widthPx
          const inPrototypes = (placement.leftPx + middle * placement.widthPx) / 4 - 0.5
          // Beyond the middle of the outermost prototype there is nothing to go by but that one.
          if (inPrototypes < 0 || inPrototypes > 15) continue
          // On the edge itself, nobody knows with 32 bits.
          if (Math.abs(middle - edge) > 1e-5) expect(bits[column]).toBe(Number(middle > edge))
        }
      },
    ),
    { examples: [[{ widthPx: 20, heightPx: 171 }, 0.25001, 'corner']] },
  )
})

test('a picture of one line has a mask of one line', () => {
  const placement = placePicture({ widthPx: 1, heightPx: 10_000 }, input, 'centre')
  const mask = mixMask(
    prototypes(() => 1),
    Float32Array.of(1),
    whole,
    placement,
    input,
  )
  expect(mask?.size).toEqual([16, 1])
  expect(maskArea(mask!)).toBe(16)
})

test('there is no mask where nothing is inside, or the box is empty', () => {
  const nothing = prototypes(() => -1)
  expect(mixMask(nothing, Float32Array.of(1), whole, stretched, input)).toBeNull()
  const box = { x1: 70, y1: 0, x2: 90, y2: 64 }
  expect(
    mixMask(
      prototypes(() => 1),
      Float32Array.of(1),
      box,
      stretched,
      input,
    ),
  ).toBeNull()
})
