import type { Mask } from '../../../protocol/mask.ts'
import type { Size } from '../picture/picture.ts'
import type { Placement } from '../picture/placement.ts'
import type { Candidate } from './candidate.ts'
import { keepMask } from './keep-mask.ts'

/** Pictures of which each outline is a mixture: `[count, heightPx, widthPx]`, over the whole input. */
export type Prototypes = { data: Float32Array; count: number; heightPx: number; widthPx: number }

type Corners = Pick<Candidate, 'x1' | 'y1' | 'x2' | 'y2'>

/**
 * Mixes the prototypes to the outline of one thing, cuts it off at its box and leaves the margin of the letterbox away,
 * so that the mask covers the picture and nothing else. Its pixels are as large as those of the prototypes.
 *
 * Where the picture's edge does not fall on one of theirs, values between them are interpolated. A pixel is inside when
 * the mixture is above zero, which is one half after the sigmoid.
 *
 * @param coefficients as many as there are prototypes
 * @param box in pixels of the input
 * @returns null when nothing is inside
 */
export function mixMask(
  prototypes: Prototypes,
  coefficients: Float32Array,
  box: Corners,
  placement: Placement,
  input: Size,
): Mask | null {
  // Pixels of the prototypes in one of the input, and the mask's own size.
  const scaleX = prototypes.widthPx / input.widthPx
  const scaleY = prototypes.heightPx / input.heightPx
  const widthPx = Math.max(1, Math.round(placement.widthPx * scaleX))
  const heightPx = Math.max(1, Math.round(placement.heightPx * scaleY))
  const columns = samplesOf(placement.leftPx, placement.widthPx, widthPx, scaleX, prototypes.widthPx)
  const rows = samplesOf(placement.topPx, placement.heightPx, heightPx, scaleY, prototypes.heightPx)

  const toColumn = widthPx / placement.widthPx
  const toRow = heightPx / placement.heightPx
  const left = Math.max(0, Math.ceil((box.x1 - placement.leftPx) * toColumn))
  const right = Math.min(widthPx, Math.ceil((box.x2 - placement.leftPx) * toColumn))
  const top = Math.max(0, Math.ceil((box.y1 - placement.topPx) * toRow))
  const bottom = Math.min(heightPx, Math.ceil((box.y2 - placement.topPx) * toRow))
  if (left >= right || top >= bottom) return null

  const area = {
    left: columns.first[left]!,
    right: columns.second[right - 1]! + 1,
    top: rows.first[top]!,
    bottom: rows.second[bottom - 1]! + 1,
  }
  const mixture = mix(prototypes, coefficients, area)
  const stride = area.right - area.left
  const bits = new Uint8Array(widthPx * heightPx)
  let inside = 0
  for (let y = top; y < bottom; y += 1) {
    const upper = (rows.first[y]! - area.top) * stride - area.left
    const lower = (rows.second[y]! - area.top) * stride - area.left
    const down = rows.share[y]!
    for (let x = left; x < right; x += 1) {
      const first = columns.first[x]!
      const second = columns.second[x]!
      const across = columns.share[x]!
      const above = mixture[upper + first]! * (1 - across) + mixture[upper + second]! * across
      const below = mixture[lower + first]! * (1 - across) + mixture[lower + second]! * across
      if (above * (1 - down) + below * down > 0) {
        bits[y * widthPx + x] = 1
        inside += 1
      }
    }
  }
  return inside === 0 ? null : keepMask(bits, heightPx, widthPx)
}

type Area = { left: number; right: number; top: number; bottom: number }

/** The sum of all prototypes, each times its coefficient, within an area. */
function mix(
  prototypes: Prototypes,
  coefficients: Float32Array,
  { left, right, top, bottom }: Area,
): Float32Array {
  const width = right - left
  const mixture = new Float32Array(width * (bottom - top))
  for (let i = 0; i < prototypes.count; i += 1) {
    const coefficient = coefficients[i]!
    let to = 0
    for (let y = top; y < bottom; y += 1) {
      let from = (i * prototypes.heightPx + y) * prototypes.widthPx + left
      for (const end = to + width; to < end; to += 1) {
        mixture[to]! += coefficient * prototypes.data[from]!
        from += 1
      }
    }
  }
  return mixture
}

/** For each pixel of the mask along one axis: between which two of the prototypes its middle lies, and how far. */
type Samples = { first: Int32Array; second: Int32Array; share: Float32Array }

function samplesOf(
  startPx: number,
  lengthPx: number,
  pixels: number,
  scale: number,
  available: number,
): Samples {
  const first = new Int32Array(pixels)
  const second = new Int32Array(pixels)
  const share = new Float32Array(pixels)
  for (let i = 0; i < pixels; i += 1) {
    const middle = (startPx + ((i + 0.5) * lengthPx) / pixels) * scale - 0.5
    const at = Math.min(Math.max(middle, 0), available - 1)
    first[i] = Math.floor(at)
    second[i] = Math.min(first[i]! + 1, available - 1)
    share[i] = at - first[i]!
  }
  return { first, second, share }
}
