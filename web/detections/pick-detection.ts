import type { DetectionView } from '../../protocol/detections.ts'

type Boxed = Pick<DetectionView, 'box'>

/** Large things first, so that small ones lie over them and can be reached. */
export function byArea<T extends Boxed>(detections: readonly T[]): T[] {
  return [...detections].sort((a, b) => areaOf(b) - areaOf(a))
}

/** The smallest thing under a point: what lies in front, or what a person means. */
export function detectionAt<T extends Boxed>(
  detections: readonly T[],
  at: { x: number; y: number },
): T | undefined {
  return byArea(detections.filter(({ box }) => holds(box, at))).at(-1)
}

function holds([x, y, width, height]: DetectionView['box'], at: { x: number; y: number }): boolean {
  return at.x >= x && at.x <= x + width && at.y >= y && at.y <= y + height
}

function areaOf({ box: [, , width, height] }: Boxed): number {
  return width * height
}
