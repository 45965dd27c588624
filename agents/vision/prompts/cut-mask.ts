import type { Size } from '../picture/picture.ts'

/** Likelihoods of one mask, row by row; the picture fills `filled` of them from the upper left corner. */
export type Plane = Size & { values: Float32Array; filled: Size }

/**
 * Stretches the likelihoods over the picture and tells inside from outside.
 *
 * Bilinear between their centres (`align_corners=False`), as the reference, but in one step: it first makes a large
 * square, cuts it, and stretches it again.
 *
 * @returns column-major, one byte per pixel: 1 inside, 0 outside
 */
export function cutMask({ values, widthPx, heightPx, filled }: Plane, size: Size): Uint8Array {
  const bits = new Uint8Array(size.widthPx * size.heightPx)
  const rows = placesAlong(size.heightPx, filled.heightPx, heightPx)
  const columns = placesAlong(size.widthPx, filled.widthPx, widthPx)
  const column = new Float32Array(heightPx)
  for (let x = 0, at = 0; x < size.widthPx; x++) {
    const { before, after, share } = columns[x]!
    for (let row = 0; row < heightPx; row++) {
      const left = values[row * widthPx + before]!
      column[row] = left + (values[row * widthPx + after]! - left) * share
    }
    for (let y = 0; y < size.heightPx; y++, at++) {
      const place = rows[y]!
      const above = column[place.before]!
      if (above + (column[place.after]! - above) * place.share > 0) bits[at] = 1
    }
  }
  return bits
}

/** For each pixel along a side: the two values that it lies between, and how far from the first. */
function placesAlong(
  pixels: number,
  filled: number,
  values: number,
): { before: number; after: number; share: number }[] {
  return Array.from({ length: pixels }, (_, pixel) => {
    const place = Math.min(values - 1, Math.max(0, ((pixel + 0.5) * filled) / pixels - 0.5))
    const before = Math.floor(place)
    return { before, after: Math.min(values - 1, before + 1), share: place - before }
  })
}
