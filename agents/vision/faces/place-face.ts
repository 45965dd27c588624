import type { Point } from '../../../protocol/vision.ts'
import type { Size } from '../picture/picture.ts'
import { fitSimilarity, type Similarity, type Spot } from './similarity.ts'

/**
 * Where ArcFace, SFace and MobileFaceNet were taught to expect eyes, nose and mouth in a face of 112 pixels.
 *
 * @see https://github.com/deepinsight/insightface/blob/master/python-package/insightface/utils/face_align.py
 */
export const FIVE_SPOTS: readonly Spot[] = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
]
const TAUGHT_SIDE_PX = 112
/**
 * A face of fewer pixels across is taken for somebody else's: of 48 pairs of different people the closest come to 0.43
 * by MobileFaceNet at 20 pixels, to 0.37 at 24, and to 0.24 from 40 on, where 0.40 is one person.
 */
export const MIN_FACE_PX = 24

/** A face in a picture, as fractions of it. */
export type FaceSpot = {
  landmarks: readonly Point[] | null
  box: readonly [x: number, y: number, width: number, height: number]
}

/**
 * How a face is brought into the square that an embedder looks at: by its landmarks, or, without any, by a square around
 * its box, which leaves a tilted head tilted.
 *
 * @param sidePx of the square
 * @returns null: too small to be told apart, or landmarks that are none
 */
export function placeFace(face: FaceSpot, picture: Size, sidePx: number): Similarity | null {
  const [x, y, width, height] = face.box
  const widthPx = width * picture.widthPx
  const heightPx = height * picture.heightPx
  if (!(Math.min(widthPx, heightPx) >= MIN_FACE_PX)) return null
  if (face.landmarks) {
    const from = face.landmarks.map(([left, top]): Spot => [left * picture.widthPx, top * picture.heightPx])
    const scale = sidePx / TAUGHT_SIDE_PX
    return fitSimilarity(
      from,
      FIVE_SPOTS.map(([left, top]): Spot => [left * scale, top * scale]),
    )
  }
  const a = sidePx / Math.max(widthPx, heightPx)
  const centreX = x * picture.widthPx + widthPx / 2
  const centreY = y * picture.heightPx + heightPx / 2
  // Pixel centres are at whole numbers: the middle of the square lies half a pixel before its half.
  const middle = (sidePx - 1) / 2
  return { a, b: 0, dx: middle - a * (centreX - 0.5), dy: middle - a * (centreY - 0.5) }
}
