import type { Candidate } from './candidate.ts'

/** As the references do: a model that takes everything for a thing is not looked at to the end. */
const MAX_CANDIDATES = 30_000

/**
 * Leaves of candidates of one class that overlap the best: non-maximum suppression within each class, as torchvision's
 * `batched_nms`.
 *
 * @param maxOverlap shared area divided by the area of both together, 0..1; two with more are one
 * @returns at most `limit`, best first; equals in the order in which they came
 */
export function suppressOverlaps(
  candidates: readonly Candidate[],
  maxOverlap: number,
  limit: number,
): Candidate[] {
  const sorted = candidates.toSorted((one, other) => other.score - one.score).slice(0, MAX_CANDIDATES)
  const kept: Candidate[] = []
  const keptOfClass = new Map<number, Candidate[]>()
  for (const candidate of sorted) {
    if (kept.length >= limit) break
    const others = keptOfClass.get(candidate.classId)
    if (others?.some((other) => boxOverlap(candidate, other) > maxOverlap)) continue
    kept.push(candidate)
    if (others) others.push(candidate)
    else keptOfClass.set(candidate.classId, [candidate])
  }
  return kept
}

type Corners = Pick<Candidate, 'x1' | 'y1' | 'x2' | 'y2'>

/** What two boxes share of what they cover together, 0..1. */
export function boxOverlap(one: Corners, other: Corners): number {
  const width = Math.min(one.x2, other.x2) - Math.max(one.x1, other.x1)
  const height = Math.min(one.y2, other.y2) - Math.max(one.y1, other.y1)
  if (!(width > 0 && height > 0)) return 0
  const shared = width * height
  return shared / (areaOf(one) + areaOf(other) - shared)
}

function areaOf({ x1, y1, x2, y2 }: Corners): number {
  return (x2 - x1) * (y2 - y1)
}
