import { AppError } from '../../../protocol/errors.ts'
import type { LoadedPart } from '../families/family.ts'
import { describeShapes } from '../families/pick-output.ts'
import type { Size } from '../picture/picture.ts'
import type { Session, Tensor, TensorShape } from '../session/session.ts'
import { isNumberType, type NumberType, typedTensor } from '../session/typed-tensor.ts'
import type { PromptPoints } from './prompt-points.ts'

/** Side of an earlier mask that could be refined; none is given. */
const MASK_SIDE = 256

/** Makes all that a decoder takes, from what the encoder gave and what somebody points at. */
export type DecoderInputs = (
  encoded: Readonly<Record<string, Tensor>>,
  points: PromptPoints,
  maskSize: Size,
) => Record<string, Tensor>

/**
 * Finds out what goes into which input of a decoder.
 *
 * What the encoder gives goes where its name is; where the names differ, its only output goes into the only input that
 * nothing else is known for. `mask_input`, `has_mask_input` and `orig_im_size` are there in some exports and
 * not in others.
 *
 * @throws AppError `model_broken` when an input remains for which there is nothing
 */
export function decoderInputs(encoder: Session, { part, session }: LoadedPart): DecoderInputs {
  const known = new Set(['point_coords', 'point_labels', 'mask_input', 'has_mask_input', 'orig_im_size'])
  const features = session.inputs.filter(({ name }) => !known.has(name))
  const sources = new Map(
    features.map(({ name }): [string, string] => {
      if (encoder.outputs.some((output) => output.name === name)) return [name, name]
      const [only, ...more] = encoder.outputs
      if (features.length === 1 && only && more.length === 0) return [name, only.name]
      throw broken(`takes ${name}, which its encoder does not give (${describeShapes(encoder.outputs)})`)
    }),
  )
  for (const name of ['point_coords', 'point_labels'])
    if (!session.inputs.some((input) => input.name === name))
      throw broken(`has no ${name} (${describeShapes(session.inputs)})`)
  if (sources.size === 0) throw broken('takes nothing from its encoder')
  for (const { name, type } of session.inputs)
    if (known.has(name) && !isNumberType(type)) throw broken(`takes ${name} as ${type}`)

  return (encoded, { coords, labels }, { widthPx, heightPx }) =>
    Object.fromEntries(
      session.inputs.map((input): [string, Tensor] => {
        const type = input.type as NumberType
        switch (input.name) {
          case 'point_coords':
            return [input.name, typedTensor(type, coords, [1, labels.length, 2])]
          case 'point_labels':
            return [input.name, typedTensor(type, labels, [1, labels.length])]
          case 'orig_im_size':
            return [input.name, typedTensor(type, [heightPx, widthPx], [2])]
          case 'has_mask_input':
            return [input.name, typedTensor(type, [0], [1])]
          case 'mask_input':
            return [input.name, noMask(input)]
          default:
            return [input.name, encoded[sources.get(input.name)!]!]
        }
      }),
    )

  function broken(reason: string): AppError {
    return new AppError('model_broken', `${part.file}: this decoder ${reason}; export it with its encoder`)
  }
}

function noMask({ dims }: TensorShape): Tensor {
  const sides = [1, 1, MASK_SIDE, MASK_SIDE].map((side, index) => {
    const declared = dims[index]
    return typeof declared === 'number' && declared > 0 ? declared : side
  })
  const length = sides.reduce((product, side) => product * side, 1)
  return { type: 'float32', data: new Float32Array(length), dims: sides }
}
