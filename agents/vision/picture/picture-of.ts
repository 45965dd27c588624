import { borrowedPixels } from './lent-pixels.ts'
import type { Picture, Pixels } from './picture.ts'
import { resizePixels } from './resize-pixels.ts'

/** A picture whose pixels are here already. */
export function pictureOf(pixels: Pixels): Picture {
  const { widthPx, heightPx } = pixels
  return {
    ...{ widthPx, heightPx },
    pixels: async () => borrowedPixels(pixels),
    resized: async (size, kernel) => await resizePixels(borrowedPixels(pixels), size, kernel),
  }
}
