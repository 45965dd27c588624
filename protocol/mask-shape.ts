import type { Mask } from './mask.ts'
import { requireRuns } from './rle.ts'
import { CountsWriter } from './rle-counts.ts'

/** Pixels inside, as COCO's `area`. */
export function maskArea(mask: Mask): number {
  return areaOf(requireRuns(mask))
}

/** The smallest box around what is inside, as `[x, y, width, height]` in fractions; null of an empty mask. */
export function boxOfMask(mask: Mask): [number, number, number, number] | null {
  const box = pixelBoxOfMask(mask)
  if (!box) return null
  const [heightPx, widthPx] = mask.size
  return [box[0] / widthPx, box[1] / heightPx, box[2] / widthPx, box[3] / heightPx]
}

/**
 * The smallest box around what is inside, as COCO's `toBbox`.
 *
 * @returns `[x, y, width, height]` in pixels of the mask; null of an empty one, for which COCO has four zeros
 */
export function pixelBoxOfMask(mask: Mask): [number, number, number, number] | null {
  const [heightPx, widthPx] = mask.size
  const runs = requireRuns(mask)
  let [left, top, right, bottom] = [widthPx, heightPx, -1, -1]
  let end = 0
  for (let i = 0; i < runs.length; i += 1) {
    const start = end
    end += runs[i]!
    if (i % 2 === 0 || start === end) continue
    const firstColumn = Math.floor(start / heightPx)
    const lastColumn = Math.floor((end - 1) / heightPx)
    left = Math.min(left, firstColumn)
    right = Math.max(right, lastColumn)
    // A run that goes on in the next column touches the lower edge of one and the upper edge of the other.
    top = Math.min(top, firstColumn < lastColumn ? 0 : start % heightPx)
    bottom = Math.max(bottom, firstColumn < lastColumn ? heightPx - 1 : (end - 1) % heightPx)
  }
  return right < 0 ? null : [left, top, right - left + 1, bottom - top + 1]
}

/** Whether the pixel at `[x, y]`, fractions of the picture, is inside. Points beside the picture are not. */
export function isInMask(mask: Mask, [x, y]: readonly [number, number]): boolean {
  if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1)) return false
  const [heightPx, widthPx] = mask.size
  const column = Math.min(Math.floor(x * widthPx), widthPx - 1)
  const pixel = column * heightPx + Math.min(Math.floor(y * heightPx), heightPx - 1)
  const runs = requireRuns(mask)
  let end = 0
  const run = runs.findIndex((length) => {
    end += length
    return end > pixel
  })
  return run % 2 === 1
}

/**
 * How much two masks are one: what they share of what they cover together, 0..1, as COCO's `iou`.
 *
 * @throws RangeError if they are not of one size: then their pixels are not the same places
 */
export function maskOverlap(one: Mask, other: Mask): number {
  const runs = requireRuns(one)
  const otherRuns = requireRuns(other)
  let shared = 0
  walkTogether(requireOneSize([one, other]), runs, otherRuns, (length, isIn, isInOther) => {
    if (isIn && isInOther) shared += length
  })
  const together = areaOf(runs) + areaOf(otherRuns) - shared
  return shared === 0 ? 0 : shared / together
}

/**
 * What is in any of the masks, or in all of them, as COCO's `merge`.
 *
 * @throws RangeError if there is none, or they are not of one size
 */
export function mergeMasks(masks: readonly [Mask, ...Mask[]], how: 'any' | 'all'): Mask {
  const pixels = requireOneSize(masks)
  return masks.reduce((merged, mask) => {
    const writer = new CountsWriter()
    let inside = false
    let run = 0
    walkTogether(pixels, requireRuns(merged), requireRuns(mask), (length, isIn, isInOther) => {
      const isInside = how === 'any' ? isIn || isInOther : isIn && isInOther
      if (isInside !== inside) {
        writer.write(run)
        run = 0
        inside = isInside
      }
      run += length
    })
    writer.write(run)
    return { size: merged.size, counts: writer.toString() }
  })
}

/** Goes through two masks at once, in pieces in which neither changes its colour. */
function walkTogether(
  pixels: number,
  runs: Uint32Array,
  otherRuns: Uint32Array,
  visit: (length: number, isIn: boolean, isInOther: boolean) => void,
): void {
  let [run, otherRun] = [0, 0]
  let [end, otherEnd] = [runs[0] ?? 0, otherRuns[0] ?? 0]
  let at = 0
  while (at < pixels) {
    while (end === at) end += runs[++run]!
    while (otherEnd === at) otherEnd += otherRuns[++otherRun]!
    const next = Math.min(end, otherEnd)
    visit(next - at, run % 2 === 1, otherRun % 2 === 1)
    at = next
  }
}

function areaOf(runs: Uint32Array): number {
  let area = 0
  for (let i = 1; i < runs.length; i += 2) area += runs[i]!
  return area
}

/** @returns how many pixels each has */
function requireOneSize([first, ...others]: readonly [Mask, ...Mask[]]): number {
  const [heightPx, widthPx] = first.size
  const another = others.find(({ size }) => size[0] !== heightPx || size[1] !== widthPx)
  if (another) {
    throw new RangeError(
      `Masks of ${widthPx}×${heightPx} and ${another.size[1]}×${another.size[0]} pixels cannot be compared`,
    )
  }
  return heightPx * widthPx
}
