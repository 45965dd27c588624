/**
 * So many times the model's input must be left, so that resizing has something to choose from: with 1.5 times as much,
 * the boxes of YOLOX-Nano moved by more than those of other ways of resizing do (15 pixels of 1,280).
 */
const LEFT = 1.6

/**
 * Whether sharp may leave out all the pixels of a JPEG that it would by itself while it decodes it for a smaller size
 * (`fastShrinkOnLoad`): that is less than half of the work.
 *
 * @param ratio of the picture's side to the wanted one, the smaller of both sides'
 * @see https://github.com/lovell/sharp/blob/main/src/pipeline.cc
 */
export function mayShrinkOnLoad(ratio: number): boolean {
  const most = [8, 4, 2].find((factor) => ratio >= factor) ?? 1
  // Because of how libjpeg rounds.
  const factor = Math.floor(ratio) === most && most > 1 ? most / 2 : most
  return ratio / factor >= LEFT
}
