import type { Mask } from '../../protocol/mask.ts'
import { decodeMask } from '../../protocol/rle.ts'

/** Corners are cut this far, in pixels of the mask: stairs become slopes. */
const CUT_PX = 0.5
/** Contours stray at most this far from the cut ones. */
const TOLERANCE_PX = 0.6
/** Turns are rounded over this much: a mask of few pixels has no corners of its own. */
const ROUND_PX = 1.5
/** Smaller specks than this many pixels are noise of the model, not parts of the thing. */
const SPECK_PX = 3

export type Corner = readonly [x: number, y: number]

const traced = new WeakMap<Mask, string>()

/**
 * The outline of a mask as the `d` of an SVG path, in the mask's pixels; to be filled by `evenodd`. Empty where the
 * mask is, or is none.
 */
export function maskPath(mask: Mask): string {
  const known = traced.get(mask)
  if (known !== undefined) return known
  const path = drawPath(mask)
  traced.set(mask, path)
  return path
}

function drawPath(mask: Mask): string {
  const [heightPx, widthPx] = mask.size
  let bits: Uint8Array
  try {
    bits = decodeMask(mask)
  } catch {
    // Run lengths of another size: the box is shown without an outline.
    return ''
  }
  return traceContours(bits, widthPx, heightPx)
    .filter((contour) => Math.abs(areaOf(contour)) >= SPECK_PX)
    .map((contour) => roundPath(simplify(cutCorners(contour), TOLERANCE_PX)))
    .join('')
}

/**
 * Walks along the edges of all that is inside, each contour once, with the inside to the right; holes run the other
 * way round. Pixels that touch at a corner belong together.
 *
 * @param bits row-major, one byte per pixel; non-zero is inside
 * @returns the corners at which each contour turns, in pixels
 */
export function traceContours(bits: Uint8Array, widthPx: number, heightPx: number): Corner[][] {
  const isInside = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < widthPx && y < heightPx && bits[y * widthPx + x] !== 0
  const seen = new Uint8Array(bits.length)
  const see = (x: number, y: number) => {
    seen[y * widthPx + x] = 1
  }
  const contours: Corner[][] = []
  for (let y = 0; y < heightPx; y += 1) {
    for (let x = 0; x < widthPx; x += 1) {
      if (bits[y * widthPx + x] === 0 || seen[y * widthPx + x] !== 0 || isInside(x, y - 1)) continue
      contours.push(walk(x, y, isInside, see))
    }
  }
  return contours
}

/** Right, down, left, up. */
const steps = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const
/** From a corner: the pixels ahead to the left and to the right, by direction. */
const ahead = [
  { left: [0, -1], right: [0, 0] },
  { left: [0, 0], right: [-1, 0] },
  { left: [-1, 0], right: [-1, -1] },
  { left: [-1, -1], right: [0, -1] },
] as const

/** @param onTopEdge called with each pixel whose upper edge is walked along, so that no contour is walked twice */
function walk(
  startX: number,
  startY: number,
  isInside: (x: number, y: number) => boolean,
  onTopEdge: (x: number, y: number) => void,
): Corner[] {
  const corners: Corner[] = []
  let x = startX
  let y = startY
  let direction = 0
  do {
    if (direction === 0) onTopEdge(x, y)
    const [dx, dy] = steps[direction] as (typeof steps)[number]
    x += dx
    y += dy
    const { left, right } = ahead[direction] as (typeof ahead)[number]
    const turn = isInside(x + left[0], y + left[1]) ? 3 : isInside(x + right[0], y + right[1]) ? 0 : 1
    if (turn !== 0) corners.push([x, y])
    direction = (direction + turn) % 4
  } while (x !== startX || y !== startY || direction !== 0)
  return corners
}

/** Twice what is enclosed would be the sum of these crossings; negative for holes. */
function areaOf(contour: readonly Corner[]): number {
  let sum = 0
  for (const [at, [x, y]] of contour.entries()) {
    const [nextX, nextY] = contour[(at + 1) % contour.length] as Corner
    sum += x * nextY - nextX * y
  }
  return sum / 2
}

/** Ramer–Douglas–Peucker on a closed contour: leaves out corners that the line between others misses by little. */
export function simplify(contour: readonly Corner[], tolerance: number): Corner[] {
  if (contour.length <= 4) return [...contour]
  const first = contour[0] as Corner
  let far = 0
  for (const [at, corner] of contour.entries())
    if (distance(corner, first) > distance(contour[far] as Corner, first)) far = at
  const kept = new Uint8Array(contour.length + 1)
  kept[0] = 1
  kept[far] = 1
  const cornerAt = (at: number) => contour[at % contour.length] as Corner
  const open: [number, number][] = [
    [0, far],
    [far, contour.length],
  ]
  for (let range = open.pop(); range; range = open.pop()) {
    const [from, to] = range
    let worst = from
    let worstBy = tolerance
    for (let at = from + 1; at < to; at += 1) {
      const by = offLine(cornerAt(at), cornerAt(from), cornerAt(to))
      if (by > worstBy) {
        worst = at
        worstBy = by
      }
    }
    if (worst === from) continue
    kept[worst] = 1
    open.push([from, worst], [worst, to])
  }
  return contour.filter((_, at) => kept[at] === 1)
}

/** Each corner becomes a slope between the two edges that meet in it. */
function cutCorners(contour: readonly Corner[]): Corner[] {
  return contour.flatMap((corner, at) => {
    const before = contour.at(at - 1) as Corner
    const after = contour[(at + 1) % contour.length] as Corner
    return [towards(corner, before, CUT_PX), towards(corner, after, CUT_PX)]
  })
}

/** The path through a contour, with its turns rounded as far as the edges beside them are long. */
function roundPath(contour: readonly Corner[]): string {
  const turns = contour.map((corner, at) => {
    const before = contour.at(at - 1) as Corner
    const after = contour[(at + 1) % contour.length] as Corner
    const begin = towards(corner, before, Math.min(ROUND_PX, distance(corner, before) / 2))
    const end = towards(corner, after, Math.min(ROUND_PX, distance(corner, after) / 2))
    return `${pair(begin)}Q${pair(corner)} ${pair(end)}`
  })
  return `M${turns.join('L')}Z`
}

/** Hundredths of a pixel are finer than any screen. */
function pair([x, y]: Corner): string {
  return `${Math.round(x * 100) / 100} ${Math.round(y * 100) / 100}`
}

function towards(from: Corner, to: Corner, by: number): Corner {
  const long = distance(from, to)
  if (long === 0) return from
  return [from[0] + ((to[0] - from[0]) / long) * by, from[1] + ((to[1] - from[1]) / long) * by]
}

function distance(a: Corner, b: Corner): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1])
}

function offLine(corner: Corner, from: Corner, to: Corner): number {
  const long = distance(from, to)
  if (long === 0) return distance(corner, from)
  const cross = (to[0] - from[0]) * (from[1] - corner[1]) - (from[0] - corner[0]) * (to[1] - from[1])
  return Math.abs(cross) / long
}
