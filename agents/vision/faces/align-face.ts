import type { Pixels } from '../picture/picture.ts'
import type { Similarity } from './similarity.ts'

/** Samples along a side of one pixel, at most: enough for faces of any preview in a crop of 112. */
const MAX_SAMPLES = 8
/** How far apart samples lie, in pixels of the picture: each is made of four of them already. */
const SAMPLE_STEP_PX = 1.5

/**
 * Cuts a square out of a picture that has been turned, scaled and moved.
 *
 * Bilinear as OpenCV's warpAffine: pixel centres are at whole numbers, black outside of the picture. Where the face is
 * larger than the crop, each pixel is the mean of several samples; the references take one, which leaves
 * large faces full of jags.
 *
 * @param toCrop from pixels of the picture to pixels of the crop
 * @param sidePx of the crop
 */
export function alignFace(picture: Pixels, toCrop: Similarity, sidePx: number): Pixels {
  const { a, b, dx, dy } = toCrop
  const scaled = a * a + b * b
  // The way back, from the crop into the picture.
  const backA = a / scaled
  const backB = -b / scaled
  const samples = Math.min(MAX_SAMPLES, Math.max(1, Math.ceil(1 / Math.sqrt(scaled) / SAMPLE_STEP_PX)))
  const rgb = new Uint8Array(sidePx * sidePx * 3)
  const sum = new Float64Array(3)
  for (let at = 0, v = 0; v < sidePx; v++) {
    for (let u = 0; u < sidePx; u++) {
      sum.fill(0)
      for (let sample = 0; sample < samples * samples; sample++) {
        const fromLeft = u + ((sample % samples) + 0.5) / samples - 0.5 - dx
        const fromTop = v + (Math.floor(sample / samples) + 0.5) / samples - 0.5 - dy
        addColour(picture, backA * fromLeft - backB * fromTop, backB * fromLeft + backA * fromTop, sum)
      }
      for (let channel = 0; channel < 3; channel++) rgb[at++] = sum[channel]! / (samples * samples) + 0.5
    }
  }
  return { widthPx: sidePx, heightPx: sidePx, rgb }
}

/** Adds the colour at a place between four pixels; those outside of the picture are black. */
function addColour(picture: Pixels, x: number, y: number, sum: Float64Array): void {
  const { widthPx, heightPx, rgb } = picture
  const left = Math.floor(x)
  const top = Math.floor(y)
  if (left < 0 || top < 0 || left + 1 >= widthPx || top + 1 >= heightPx) {
    addColourAtEdge(picture, x, y, sum)
    return
  }
  const right = x - left
  const below = y - top
  const here = (top * widthPx + left) * 3
  const under = here + widthPx * 3
  for (let channel = 0; channel < 3; channel++) {
    const upper = rgb[here + channel]! * (1 - right) + rgb[here + channel + 3]! * right
    const lower = rgb[under + channel]! * (1 - right) + rgb[under + channel + 3]! * right
    sum[channel]! += upper * (1 - below) + lower * below
  }
}

function addColourAtEdge({ widthPx, heightPx, rgb }: Pixels, x: number, y: number, sum: Float64Array): void {
  const left = Math.floor(x)
  const top = Math.floor(y)
  for (let corner = 0; corner < 4; corner++) {
    const column = left + (corner & 1)
    const row = top + (corner >> 1)
    if (column < 0 || row < 0 || column >= widthPx || row >= heightPx) continue
    const share = (corner & 1 ? x - left : 1 - x + left) * (corner >> 1 ? y - top : 1 - y + top)
    const from = (row * widthPx + column) * 3
    for (let channel = 0; channel < 3; channel++) sum[channel]! += share * rgb[from + channel]!
  }
}
