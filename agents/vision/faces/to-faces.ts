import { type FoundFace, MAX_FOUND, type Point } from '../../../protocol/vision.ts'
import type { Candidate } from '../detect/candidate.ts'
import { suppressOverlaps } from '../detect/suppress-overlaps.ts'
import { type Placement, toFractions, toRegionBox } from '../picture/placement.ts'

/** What a model takes for a face; with five landmarks x, y, x, y, … in pixels of the input where it has them. */
export type FaceCandidate = Candidate & { landmarks: readonly number[] | null }

/** All candidates are of one class. */
export const FACE_CLASS = 0

type Reading = {
  placement: Placement
  /** Two boxes that overlap by more are one face. */
  maxOverlap: number
}

/**
 * What candidates are of the picture itself: at most `MAX_FOUND`, best first. Boxes are cut off at its edges; landmarks
 * may lie beyond them, as far as a contract allows.
 */
export function toFaces(
  candidates: readonly FaceCandidate[],
  { placement, maxOverlap }: Reading,
): Omit<FoundFace, 'embedding'>[] {
  const inPicture = candidates.filter(({ x1, y1, x2, y2 }) => toRegionBox(placement, x1, y1, x2, y2))
  // Rows are no longer those of an output: outputs of several strides were put together.
  const numbered = inPicture.map((candidate, row) => ({ ...candidate, row }))
  return suppressOverlaps(numbered, maxOverlap, MAX_FOUND).map(({ x1, y1, x2, y2, score, row }) => ({
    box: toRegionBox(placement, x1, y1, x2, y2)!,
    score: Math.min(1, score),
    landmarks: toPoints(inPicture[row]!.landmarks, placement),
  }))
}

function toPoints(landmarks: readonly number[] | null, placement: Placement): Point[] | null {
  if (!landmarks?.every(Number.isFinite)) return null
  return [0, 2, 4, 6, 8].map((at) => {
    const [x, y] = toFractions(placement, landmarks[at]!, landmarks[at + 1]!)
    return [clamp(x), clamp(y)]
  })
}

function clamp(value: number): number {
  return Math.min(2, Math.max(-1, value))
}
