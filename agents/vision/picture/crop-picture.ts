import { ownPixels } from './lent-pixels.ts'
import type { Picture, Pixels } from './picture.ts'
import { resizePixels } from './resize-pixels.ts'

/** A part of a picture, in its pixels; it may reach beyond the picture. */
export type Crop = { leftPx: number; topPx: number; widthPx: number; heightPx: number }

/** A part of a picture as a picture of its own. What lies beside the picture is black. */
export function cropPicture(picture: Picture, crop: Crop): Picture {
  const { widthPx, heightPx } = crop
  const pixels = async () => {
    using whole = await picture.pixels()
    return ownPixels(cropPixels(whole, crop))
  }
  return {
    ...{ widthPx, heightPx, pixels },
    resized: async (size, kernel) => resizePixels(await pixels(), size, kernel),
  }
}

function cropPixels(pixels: Pixels, { leftPx, topPx, widthPx, heightPx }: Crop): Pixels {
  const rgb = new Uint8Array(widthPx * heightPx * 3)
  const left = Math.max(leftPx, 0)
  const right = Math.min(leftPx + widthPx, pixels.widthPx)
  if (left >= right) return { widthPx, heightPx, rgb }
  const bottom = Math.min(topPx + heightPx, pixels.heightPx)
  for (let y = Math.max(topPx, 0); y < bottom; y += 1) {
    const from = (y * pixels.widthPx + left) * 3
    rgb.set(pixels.rgb.subarray(from, from + (right - left) * 3), ((y - topPx) * widthPx + left - leftPx) * 3)
  }
  return { widthPx, heightPx, rgb }
}
