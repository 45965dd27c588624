import { isInMask, maskArea } from '../../../protocol/mask-shape.ts'
import type { FoundObject, Point, Prompt } from '../../../protocol/vision.ts'
import { boxOverlap } from '../detect/suppress-overlaps.ts'

/** Boxes that share less than this of what they cover together are not about one thing. */
const MIN_BOX_OVERLAP = 0.3

type Drawn = FoundObject & { mask: NonNullable<FoundObject['mask']> }

/**
 * Answers a prompt from what a detector with outlines found by itself.
 *
 * Under points: the instance with the most of the inner points in its outline, less the outer ones; of several the
 * smallest, which lies on the others as a tie does on a person. In a box: the one whose box comes nearest to it. With
 * both, points first, and only what overlaps with the box.
 *
 * @returns null when nothing with an outline is there, or the points contradict it
 */
export function pickInstance(objects: readonly FoundObject[], { points, box }: Prompt): Drawn | null {
  const inner = points.filter(({ inside }) => inside)
  const outer = points.filter(({ inside }) => !inside)
  const ranked = objects
    .filter((object): object is Drawn => object.mask !== null)
    .map((object) => ({
      object,
      hits: countIn(object, inner) - countIn(object, outer),
      overlap: box ? boxOverlap(cornersOf(object.box), cornersOf(box)) : 0,
      share: maskArea(object.mask) / (object.mask.size[0] * object.mask.size[1]),
    }))
    .filter(({ hits }) => (inner.length > 0 ? hits > 0 : box && hits === 0))
    .filter(({ overlap }) => !box || overlap >= MIN_BOX_OVERLAP)
    .sort((one, other) => other.hits - one.hits || other.overlap - one.overlap || one.share - other.share)
  return ranked[0]?.object ?? null
}

function countIn({ mask }: Drawn, points: readonly { at: Point }[]): number {
  return points.filter(({ at }) => isInMask(mask, at)).length
}

function cornersOf([x, y, width, height]: FoundObject['box']) {
  return { x1: x, y1: y, x2: x + width, y2: y + height }
}
