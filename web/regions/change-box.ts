import { type Box, boxBetween } from '../ui/box-between.ts'

/** No side shorter than this share of the picture: nobody could take hold of it any more. */
const SMALLEST = 0.01

type At = readonly [number, number]
/** A corner, by which of the box's two edges it is at across and down. */
export type Corner = readonly ['left' | 'right', 'top' | 'bottom']

export const corners: readonly Corner[] = [
  ['left', 'top'],
  ['right', 'top'],
  ['left', 'bottom'],
  ['right', 'bottom'],
]

/** The box at another place, wholly inside the picture. */
export function movedBy([x, y, width, height]: Box, [dx, dy]: At): Box {
  return [within(x + dx, 1 - width), within(y + dy, 1 - height), width, height]
}

/** The box with one corner elsewhere; it may turn over, but never vanish. */
export function withCorner(box: Box, corner: Corner, at: At): Box {
  const [x, y, width, height] = box
  const opposite: At = [corner[0] === 'left' ? x + width : x, corner[1] === 'top' ? y + height : y]
  return largeEnough(boxBetween(opposite, at)) ?? box
}

/** Wider and higher around its middle, or less so with negative numbers. */
export function grownBy(box: Box, [dx, dy]: At): Box {
  const [x, y, width, height] = box
  if (width + 2 * dx < SMALLEST || height + 2 * dy < SMALLEST) return box
  return boxBetween([x - dx, y - dy], [x + width + dx, y + height + dy]) ?? box
}

/** Where the smallest box that has the point lies in the list; −1: none has it. */
export function boxAt(boxes: readonly Box[], [atX, atY]: At): number {
  let best = -1
  for (const [index, [x, y, width, height]] of boxes.entries()) {
    if (atX < x || atY < y || atX > x + width || atY > y + height) continue
    if (best < 0 || width * height < areaOf(boxes[best]!)) best = index
  }
  return best
}

/** Null for what was not meant as a box. */
export function largeEnough(box: Box | null): Box | null {
  return box && box[2] >= SMALLEST && box[3] >= SMALLEST ? box : null
}

function areaOf([, , width, height]: Box): number {
  return width * height
}

function within(share: number, most: number): number {
  return Math.min(Math.max(0, most), Math.max(0, share))
}
