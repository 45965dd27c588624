/**
 * More than the input on the longer side, so that resizing has something to choose from: with 1.5 times as much, the
 * boxes of YOLOX-Nano moved by more than those of other ways of resizing do (15 pixels of 1,280).
 */
const LONGER_SIDE = 1.6
/** Models that stretch a picture to a square would miss more than this on the shorter side. */
const SHORTER_SIDE = 0.75

/**
 * By how much a JPEG may be shrunk while it is decoded, and still give a model all that it can see.
 *
 * @param wantedPx side of the model's input
 * @returns 1, 2, 4 or 8, as decoders can
 */
export function shrinkFactor(widthPx: number, heightPx: number, wantedPx: number): 1 | 2 | 4 | 8 {
  const longer = Math.max(widthPx, heightPx)
  const shorter = Math.min(widthPx, heightPx)
  const isEnough = (factor: number) =>
    longer / factor >= wantedPx * LONGER_SIDE && shorter / factor >= wantedPx * SHORTER_SIDE
  return ([8, 4, 2] as const).find(isEnough) ?? 1
}
