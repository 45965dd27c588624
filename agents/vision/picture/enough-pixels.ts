import type { Size } from './picture.ts'

/**
 * So many times the model's input. What compression does to the pixels of a picture of the input's own size moved scores and
 * boxes of YOLO by more than the references allow (0.05, 15 pixels), at quality 90 still; with twice as many pixels it
 * is averaged away.
 */
const LONGER_SIDE = 2
/** Where the picture is stretched to a square, or its middle is cut out. */
const SHORTER_SIDE = 1.25

/**
 * Whether a compressed picture that was made smaller shows a model all that it can see.
 *
 * @param sidePx of the model's input; Infinity: it looks closer at parts of the picture
 */
export function hasEnoughPixels({ widthPx, heightPx }: Size, sidePx: number): boolean {
  return (
    Math.max(widthPx, heightPx) >= sidePx * LONGER_SIDE &&
    Math.min(widthPx, heightPx) >= sidePx * SHORTER_SIDE
  )
}
