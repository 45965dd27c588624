import { expect, test } from 'vitest'
import { isBig, type PictureHeader, pixelLimit } from './decode-limits.ts'

function header(format: string, sidePx: number, more: Partial<PictureHeader> = {}): PictureHeader {
  return { format, compression: undefined, isProgressive: false, widthPx: sidePx, heightPx: sidePx, ...more }
}

test.each([
  ['a phone picture', header('jpeg', 3_500), true, false],
  ['a large panorama', header('jpeg', 16_000), true, true],
  ['more than any camera', header('png', 30_000), false, true],
  ['a progressive phone picture', header('jpeg', 4_000, { isProgressive: true }), true, false],
  ['a progressive bomb', header('jpeg', 16_000, { isProgressive: true }), false, true],
  ['an interlaced bomb', header('png', 16_000, { isProgressive: true }), false, true],
  ['an AVIF of 48 megapixels', header('heif', 6_928, { compression: 'av1' }), true, true],
  ['an AVIF bomb of 2 kB', header('heif', 10_000, { compression: 'av1' }), false, true],
  ['a HEIC of 48 megapixels', header('heif', 6_928, { compression: 'hevc' }), true, true],
  ['an animated bomb', header('gif', 30_000), false, true],
])('%s: admitted and alone', (_, picture, isAdmitted, alone) => {
  expect(picture.widthPx * picture.heightPx <= pixelLimit(picture)).toBe(isAdmitted)
  expect(isBig(picture)).toBe(alone)
})
