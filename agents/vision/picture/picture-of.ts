import type { Picture, Pixels } from './picture.ts'
import { resizePixels } from './resize-pixels.ts'

/** A picture whose pixels are here already. */
export function pictureOf(pixels: Pixels): Picture {
  const { widthPx, heightPx } = pixels
  return {
    ...{ widthPx, heightPx },
    pixels: async () => pixels,
    resized: (size, kernel) => resizePixels(pixels, size, kernel),
  }
}
