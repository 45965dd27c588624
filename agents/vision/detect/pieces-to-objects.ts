import { type FoundObject, MAX_FOUND } from '../../../protocol/vision.ts'
import { findPieces } from './connected-pieces.ts'
import { keepMask } from './keep-mask.ts'

/** Smaller pieces are specks at the edge of something else: a thousandth of the picture. */
const MIN_SHARE = 0.001
/** A map of classes does not say how certain it is. One would be a lie, and less would hide it behind guesses. */
const UNKNOWN_SCORE = 0.5

/** A class for each pixel of the whole picture, row-major. */
export type ClassMap = { classOf: Uint8Array; heightPx: number; widthPx: number }

/**
 * One thing for each piece of a class that hangs together, largest first, at most `MAX_FOUND`.
 *
 * A map of classes does not tell two that touch apart, nor that two pieces are one thing behind a post.
 *
 * @param classes names by number; the first stands for all that is no thing, and numbers beyond them for nothing
 */
export function piecesToObjects(map: ClassMap, classes: readonly string[]): FoundObject[] {
  const { classOf, heightPx, widthPx } = map
  const isThing = (classId: number) => classId > 0 && classId < classes.length
  const { pieces, pieceOf } = findPieces(classOf, heightPx, widthPx, isThing)
  const bits = new Uint8Array(classOf.length)
  return pieces
    .map((piece, index) => ({ ...piece, number: index + 1 }))
    .filter(({ areaPx }) => areaPx >= MIN_SHARE * classOf.length)
    .sort((one, other) => other.areaPx - one.areaPx)
    .slice(0, MAX_FOUND)
    .map(({ classId, number, left, top, right, bottom }) => {
      bits.fill(0)
      for (let y = top; y < bottom; y += 1) {
        for (let at = y * widthPx + left; at < y * widthPx + right; at += 1) {
          if (pieceOf[at] === number) bits[at] = 1
        }
      }
      return {
        className: classes[classId]!,
        box: [left / widthPx, top / heightPx, (right - left) / widthPx, (bottom - top) / heightPx],
        score: UNKNOWN_SCORE,
        mask: keepMask(bits, heightPx, widthPx),
      }
    })
}
