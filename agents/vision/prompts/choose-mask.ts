/**
 * Which of several masks of a decoder is meant: the one whose overlap with the truth it predicts to be largest.
 *
 * Of four the first is made for prompts that leave no doubt, the others for one point or a box alone, in
 * which case the first is left out; as the reference does when it chooses inside the graph.
 *
 * @param predicted overlaps, one for each mask
 * @see https://github.com/facebookresearch/segment-anything/blob/main/segment_anything/utils/onnx.py `select_masks`
 */
export function chooseMask(predicted: ArrayLike<number>, ambiguous: boolean): number {
  if (predicted.length === 4 && !ambiguous) return 0
  let best = predicted.length === 4 ? 1 : 0
  for (let index = best + 1; index < predicted.length; index++)
    if (predicted[index]! > predicted[best]!) best = index
  return best
}
