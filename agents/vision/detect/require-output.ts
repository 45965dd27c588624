import { AppError } from '../../../protocol/errors.ts'
import type { ModelPart } from '../models/model-manifest.ts'
import type { Tensor, TensorShape } from '../session/session.ts'

/** A length that must be met, or null for any. */
type Wanted = readonly (number | null)[]

/**
 * An output that a file says it has, whose dimensions can be those of the family; free ones can be anything.
 *
 * @throws AppError `model_broken` when there is none
 */
export function requireDeclared(
  { family, file }: ModelPart,
  outputs: readonly TensorShape[],
  wanted: Wanted,
  types: readonly string[] = ['float32'],
): TensorShape {
  const output = outputs.find(
    ({ type, dims }) =>
      types.includes(type) &&
      dims.length === wanted.length &&
      dims.every((length, i) => typeof length !== 'number' || wanted[i] === null || wanted[i] === length),
  )
  if (output) return output
  const has = outputs.map(({ name, type, dims }) => `${name} (${type} ${describe(dims)})`).join(', ')
  throw new AppError(
    'model_broken',
    `${file}: ${family} gives ${types.join(' or ')} ${describe(wanted)}; this file gives ${has || 'nothing'}`,
  )
}

/**
 * The numbers of an output, once their shape is what the family reads.
 *
 * @throws AppError `model_broken` when the file gave something else than it had said
 */
export function requireNumbers(
  { family, file }: ModelPart,
  outputs: Readonly<Record<string, Tensor>>,
  name: string,
  wanted: Wanted,
): { data: Float32Array; dims: readonly number[] } {
  const tensor = outputs[name]
  const fits =
    tensor?.data instanceof Float32Array &&
    tensor.dims.length === wanted.length &&
    tensor.dims.every((length, i) => wanted[i] === null || wanted[i] === length) &&
    tensor.data.length === tensor.dims.reduce((product, length) => product * length, 1)
  if (fits) return { data: tensor.data as Float32Array, dims: tensor.dims }
  throw new AppError(
    'model_broken',
    `${file}: ${family} reads ${describe(wanted)} from ${name}; it was given ${tensor ? describe(tensor.dims) : 'nothing'}`,
  )
}

/** `1×84×n` */
function describe(dims: readonly (number | string | null)[]): string {
  return dims.map((length) => (typeof length === 'number' ? length : 'n')).join('×') || 'a single number'
}
