import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeMask } from '../../protocol/rle.ts'
import { type Corner, maskPath, simplify, traceContours } from './trace-mask.ts'

function bitsOf(...rows: string[]): [Uint8Array, number, number] {
  const bits = Uint8Array.from(rows.join(''), (letter) => (letter === '#' ? 1 : 0))
  return [bits, rows[0]?.length ?? 0, rows.length]
}

/** Counts how often a ray to the right crosses the contours: odd is inside. */
function isWithin(contours: readonly (readonly Corner[])[], x: number, y: number): boolean {
  let crossings = 0
  for (const contour of contours) {
    for (const [at, [ax, ay]] of contour.entries()) {
      const [bx, by] = contour[(at + 1) % contour.length] as Corner
      if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) crossings += 1
    }
  }
  return crossings % 2 === 1
}

test('contours enclose exactly the pixels of the mask, holes and specks included', () => {
  const anyMask = fc
    .record({ widthPx: fc.integer({ min: 1, max: 14 }), heightPx: fc.integer({ min: 1, max: 14 }) })
    .chain((size) =>
      fc
        .array(fc.constantFrom(0, 1), {
          minLength: size.widthPx * size.heightPx,
          maxLength: size.widthPx * size.heightPx,
        })
        .map((bits) => ({ ...size, bits: Uint8Array.from(bits) })),
    )
  fc.assert(
    fc.property(anyMask, ({ bits, widthPx, heightPx }) => {
      const contours = traceContours(bits, widthPx, heightPx)
      for (const [at, bit] of bits.entries()) {
        const x = (at % widthPx) + 0.5
        const y = Math.floor(at / widthPx) + 0.5
        expect(isWithin(contours, x, y)).toBe(bit === 1)
      }
    }),
  )
})

test('a ring has an outer and an inner contour', () => {
  const contours = traceContours(...bitsOf('.....', '.###.', '.#.#.', '.###.', '.....'))
  expect(contours.map((contour) => contour.length)).toEqual([4, 4])
})

test('stairs become a slope, and real corners stay', () => {
  const stairs = Array.from({ length: 20 }, (_, at) => [[at, at] as const, [at + 1, at] as const]).flat()
  const contour = [...stairs, [20, 20] as const, [0, 20] as const]
  const simple = simplify(contour, 0.75)
  expect(simple.length).toBeLessThanOrEqual(5)
  expect(simple).toContainEqual([0, 20])
  expect(
    simplify(
      [
        [0, 0],
        [9, 0],
        [9, 9],
        [0, 9],
      ],
      0.75,
    ),
  ).toHaveLength(4)
})

test('a mask becomes a path in its own pixels, without specks', () => {
  const [bits, widthPx, heightPx] = bitsOf('####....', '####....', '####....', '.......#')
  const path = maskPath(encodeMask(bits, heightPx, widthPx))
  const numbers = path.match(/[\d.]+/g)?.map(Number) ?? []
  const xs = numbers.filter((_, at) => at % 2 === 0)
  const ys = numbers.filter((_, at) => at % 2 === 1)
  const edges = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  for (const [at, edge] of [0, 4, 0, 3].entries())
    expect(Math.abs((edges[at] as number) - edge)).toBeLessThan(0.7)
  expect(path.match(/M/g)).toHaveLength(1)
})

test('run lengths of another size draw nothing', () => {
  expect(maskPath({ size: [2, 2], counts: '99' })).toBe('')
})
