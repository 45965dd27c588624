import { AppError } from '../../../protocol/errors.ts'
import { requireNumbers } from '../detect/require-output.ts'
import type { LoadedPart } from '../families/family.ts'
import { describeShapes } from '../families/pick-output.ts'
import type { Size } from '../picture/picture.ts'
import type { Placement } from '../picture/placement.ts'
import type { Tensor } from '../session/session.ts'
import { chooseMask } from './choose-mask.ts'
import type { Plane } from './cut-mask.ts'

/** Reads the best mask out of a decoder's answer. */
export type DecoderReader = {
  /**
   * Small masks are there and are enough: the large ones that the graph makes of them are for nobody.
   * Exports of the first SAM have the proportions of some example frozen into these, so that they could not be used.
   */
  readsSmall: boolean
  read(
    outputs: Readonly<Record<string, Tensor>>,
    ambiguous: boolean,
    placed: { placement: Placement; input: Size },
  ): { plane: Plane; score: number }
}

/**
 * Finds the masks among the outputs of a decoder: `low_res_masks`, else `masks`, and `iou_predictions` or `scores`.
 *
 * @throws AppError `model_broken` when there are none
 */
export function decoderReader(decoder: LoadedPart): DecoderReader {
  const { part, session } = decoder
  const has = (name: string) => session.outputs.some((output) => output.name === name)
  const scoresName = ['iou_predictions', 'scores'].find(has)
  const masksName = ['low_res_masks', 'masks'].find(has)
  if (!scoresName || !masksName)
    throw new AppError(
      'model_broken',
      `${part.file}: a decoder gives masks and iou_predictions; this file gives ${describeShapes(session.outputs)}`,
    )
  const readsSmall = masksName === 'low_res_masks'
  const isWhole = !readsSmall && session.inputs.some(({ name }) => name === 'orig_im_size')
  return {
    readsSmall,
    read(outputs, ambiguous, { placement, input }) {
      const masks = requireNumbers(part, outputs, masksName, [1, null, null, null])
      const [, count, heightPx, widthPx] = masks.dims as [number, number, number, number]
      const scores = requireNumbers(part, outputs, scoresName, [1, count]).data
      const index = chooseMask(scores, ambiguous)
      const area = widthPx * heightPx
      // Masks of the whole input have the margin of the picture as well.
      const share = isWhole
        ? [1, 1]
        : [placement.widthPx / input.widthPx, placement.heightPx / input.heightPx]
      return {
        plane: {
          widthPx,
          heightPx,
          values: masks.data.subarray(index * area, (index + 1) * area),
          filled: { widthPx: widthPx * share[0]!, heightPx: heightPx * share[1]! },
        },
        score: Math.min(1, Math.max(0, scores[index]!)),
      }
    },
  }
}
