import type { Mask } from '../../../protocol/mask.ts'
import { type FoundObject, MAX_FOUND } from '../../../protocol/vision.ts'
import { type Placement, toRegionBox } from '../picture/placement.ts'
import type { Candidate } from './candidate.ts'
import { suppressOverlaps } from './suppress-overlaps.ts'

type Reading = {
  placement: Placement
  classes: readonly string[]
  /** Two boxes of one class that overlap by more are one; 1 where the model itself finds nothing twice. */
  maxOverlap: number
  /** The outline of one; for models that draw them. */
  draw?: (candidate: Candidate) => Mask | null
}

/**
 * What candidates are of the picture itself: at most `MAX_FOUND`, best first, inside its edges.
 *
 * Those that lie wholly in the margin of a letterbox, or whose corners are no numbers, are left out.
 */
export function toObjects(
  candidates: readonly Candidate[],
  { placement, classes, maxOverlap, draw }: Reading,
): FoundObject[] {
  const inPicture = candidates.filter(({ x1, y1, x2, y2 }) => toRegionBox(placement, x1, y1, x2, y2))
  return suppressOverlaps(inPicture, maxOverlap, MAX_FOUND).map((candidate) => {
    const { x1, y1, x2, y2, score, classId } = candidate
    return {
      className: classes[classId]!,
      box: toRegionBox(placement, x1, y1, x2, y2)!,
      score: Math.min(1, score),
      mask: draw?.(candidate) ?? null,
    }
  })
}
