import { expect, test } from 'vitest'
import { Mask } from '../../../protocol/mask.ts'
import { encodeColumns, encodeMask } from '../../../protocol/rle.ts'
import { seededRandom } from '../../../scripts/fixtures/seeded-random.ts'
import { keepColumns, keepMask } from './keep-mask.ts'

test('the outline of a thing stays as it is', () => {
  const bits = new Uint8Array(1_440 * 1_080).fill(1, 300_000, 900_000)
  expect(keepMask(bits, 1_080, 1_440)).toEqual(encodeMask(bits, 1_080, 1_440))
  expect(keepColumns(bits, 1_080, 1_440)).toEqual(encodeColumns(bits, 1_080, 1_440))
})

test.each([
  [1_440, 1_440],
  [1_439, 1_001],
  [1_000, 1_440],
])('noise of %i × %i pixels becomes a mask that is accepted', (heightPx, widthPx) => {
  const random = seededRandom(1)
  const bits = Uint8Array.from({ length: heightPx * widthPx }, () => (random() < 0.5 ? 1 : 0))
  expect(Mask.safeParse(encodeMask(bits, heightPx, widthPx)).success).toBe(false)
  for (const mask of [keepMask(bits, heightPx, widthPx), keepColumns(bits, heightPx, widthPx)]) {
    expect(Mask.safeParse(mask).error).toBeUndefined()
    const [height, width] = mask.size
    expect(height / width).toBeCloseTo(heightPx / widthPx, 2)
  }
})
