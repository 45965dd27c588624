import type { DetectionView } from '../../protocol/detections.ts'

/** Names that begin nearer to each other than this share of the picture would lie over each other. */
const NEAR_X = 0.07
const NEAR_Y = 0.025
/** Above a box that begins higher than this is no room for its name. */
const HIGH = 0.06
/** A box that begins further right has its name at its right edge. */
const RIGHT = 0.75

export type NamePlace = {
  /** From which edge of the picture it is measured, and how far, in shares of the picture. */
  side: 'left' | 'right'
  across: number
  edge: 'top' | 'bottom'
  down: number
  /** How many names lie between it and its box: it makes room for them. */
  rank: number
}

/** Where the name of each thing stands: above its box, inside where there is no room, and never on another's. */
export function placeNames(boxes: readonly DetectionView['box'][]): NamePlace[] {
  const placed: NamePlace[] = []
  for (const [x, y, width] of boxes) {
    const isRight = x > RIGHT
    const isHigh = y < HIGH
    const place = {
      side: isRight ? ('right' as const) : ('left' as const),
      across: isRight ? Math.max(0, 1 - x - width) : x,
      edge: isHigh ? ('top' as const) : ('bottom' as const),
      down: isHigh ? y : 1 - y,
    }
    const near = placed.filter(
      (other) =>
        other.side === place.side &&
        other.edge === place.edge &&
        Math.abs(other.across - place.across) < NEAR_X &&
        Math.abs(other.down - place.down) < NEAR_Y,
    )
    placed.push({ ...place, rank: near.length })
  }
  return placed
}
