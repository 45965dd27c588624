import type { Size } from './picture.ts'

/** Where the whole picture lies in the input of a model, in pixels of the input. */
export type Placement = { leftPx: number; topPx: number; widthPx: number; heightPx: number }

/**
 * How a picture is brought to the shape of an input: stretched, or whole with its own proportions, in the middle or at
 * the upper left corner of the input.
 */
export type Fit = 'stretch' | 'centre' | 'corner'

/**
 * As the reference implementations place it: a side that does not fill the input is rounded to whole pixels, and of an
 * odd margin the smaller half is at the left or at the top.
 */
export function placePicture(picture: Size, input: Size, fit: Fit): Placement {
  if (fit === 'stretch') return { leftPx: 0, topPx: 0, widthPx: input.widthPx, heightPx: input.heightPx }
  const scale = Math.min(input.widthPx / picture.widthPx, input.heightPx / picture.heightPx)
  // A line of one pixel stays one, however long it is.
  const widthPx = Math.max(1, Math.round(picture.widthPx * scale))
  const heightPx = Math.max(1, Math.round(picture.heightPx * scale))
  if (fit === 'corner') return { leftPx: 0, topPx: 0, widthPx, heightPx }
  return {
    leftPx: Math.floor((input.widthPx - widthPx) / 2),
    topPx: Math.floor((input.heightPx - heightPx) / 2),
    widthPx,
    heightPx,
  }
}

/** A point of the input as fractions of the picture; outside 0..1 where it lies beside the picture. */
export function toFractions(placement: Placement, xPx: number, yPx: number): [x: number, y: number] {
  return [(xPx - placement.leftPx) / placement.widthPx, (yPx - placement.topPx) / placement.heightPx]
}

/** A point given as fractions of the picture, in pixels of the input. */
export function toInputPx(placement: Placement, x: number, y: number): [xPx: number, yPx: number] {
  return [placement.leftPx + x * placement.widthPx, placement.topPx + y * placement.heightPx]
}

/**
 * A box of the input, by two corners, as `[x, y, width, height]` in fractions of the picture, cut off at its edges.
 *
 * @returns null when nothing of it is in the picture, or a corner is no number
 */
export function toRegionBox(
  placement: Placement,
  x1: number,
  y1: number,
  x2: number,
  y2: number,
): [number, number, number, number] | null {
  const [left, top] = toFractions(placement, x1, y1).map(clamp) as [number, number]
  const [right, bottom] = toFractions(placement, x2, y2).map(clamp) as [number, number]
  // Not a comparison the other way round: it must be false of NaN, too.
  return right > left && bottom > top ? [left, top, right - left, bottom - top] : null
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value))
}
