import type { Picture } from './picture.ts'

/** A part of a picture, in its pixels; it may reach beyond the picture. */
export type Crop = { leftPx: number; topPx: number; widthPx: number; heightPx: number }

/** Cuts a part out of a picture. What lies beside the picture is black. */
export function cropPicture(picture: Picture, { leftPx, topPx, widthPx, heightPx }: Crop): Picture {
  const rgb = new Uint8Array(widthPx * heightPx * 3)
  const left = Math.max(leftPx, 0)
  const right = Math.min(leftPx + widthPx, picture.widthPx)
  if (left >= right) return { widthPx, heightPx, rgb }
  const bottom = Math.min(topPx + heightPx, picture.heightPx)
  for (let y = Math.max(topPx, 0); y < bottom; y += 1) {
    const from = (y * picture.widthPx + left) * 3
    rgb.set(
      picture.rgb.subarray(from, from + (right - left) * 3),
      ((y - topPx) * widthPx + left - leftPx) * 3,
    )
  }
  return { widthPx, heightPx, rgb }
}
