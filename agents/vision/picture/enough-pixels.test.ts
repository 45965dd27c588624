import { expect, test } from 'vitest'
import { hasEnoughPixels } from './enough-pixels.ts'

test.each([
  ['CLIP sees all of a photo in 512 pixels', 512, 341, 224, true],
  ['and of a wide one', 512, 288, 224, true],
  ['not of a panorama, whose middle it cuts out', 512, 128, 224, false],
  ['YOLOX-Nano does not', 512, 384, 416, false],
  ['a picture of the input’s own size is none', 640, 640, 640, false],
  ['nothing is enough for who looks at parts', 4_000, 4_000, Number.POSITIVE_INFINITY, false],
] as const)('%s', (_, widthPx, heightPx, sidePx, expected) => {
  expect(hasEnoughPixels({ widthPx, heightPx }, sidePx)).toBe(expected)
  expect(hasEnoughPixels({ widthPx: heightPx, heightPx: widthPx }, sidePx)).toBe(expected)
})
