import sharp from 'sharp'
import { expect, test } from 'vitest'
import { mayShrinkOnLoad } from './shrink-on-load.ts'

test('what remains after leaving out every second, fourth or eighth is enough to resize', () => {
  const allowed = [1, 1.7, 2.25, 2.9, 3.1, 3.3, 3.9, 4.5, 5.2, 6.3, 6.5, 7.9, 8.5, 9.5, 12, 14].filter(
    mayShrinkOnLoad,
  )
  expect(allowed).toEqual([1.7, 2.25, 2.9, 3.3, 3.9, 4.5, 6.5, 7.9, 8.5, 14])
})

test('where it is allowed sharp does not blur: stripes that only survive with enough pixels do', async () => {
  const stripes = Uint8Array.from({ length: 1_440 * 1_080 * 3 }, (_, at) =>
    Math.floor((at / 3) % 1_440) % 12 < 6 ? 255 : 0,
  )
  const jpeg = await sharp(stripes, { raw: { width: 1_440, height: 1_080, channels: 3 } })
    .jpeg()
    .toBuffer()
  const contrast = async (fastShrinkOnLoad: boolean) => {
    const size = { width: 416, height: 312, fit: 'fill', kernel: 'linear', fastShrinkOnLoad } as const
    const { channels } = await sharp(jpeg).resize(size).stats()
    return channels[0]!.stdev
  }
  expect(mayShrinkOnLoad(1_440 / 416)).toBe(true)
  expect((await contrast(true)) / (await contrast(false))).toBeGreaterThan(0.9)
})
