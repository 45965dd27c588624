import { AppError } from '../../../protocol/errors.ts'
import type { TensorShape } from '../session/session.ts'
import type { LoadedPart } from './family.ts'

/**
 * Which output of a model is its vector `[1, dimensions]`: the first of `names` that it has, else the only
 * flat one that is not among `others`.
 *
 * @throws AppError `model_broken` when there is none, or several and no name to go by
 */
export function pickOutput(
  { part, session }: LoadedPart,
  names: readonly string[],
  others: readonly string[] = [],
): string {
  const named = names.find((name) => session.outputs.some((output) => output.name === name))
  if (named) return named
  const flat = session.outputs.filter(({ name, dims }) => dims.length === 2 && !others.includes(name))
  if (flat.length === 1) return flat[0]!.name
  throw new AppError(
    'model_broken',
    `${part.file}: ${part.family} gives ${names[0]}; this file gives ${describeShapes(session.outputs)}`,
  )
}

/** `pixel_values float32 [1, 3, 224, 224], …`, for messages. */
export function describeShapes(shapes: readonly TensorShape[]): string {
  const each = shapes.map(
    ({ name, type, dims }) => `${name} ${type} [${dims.map((size) => size ?? '?').join(', ')}]`,
  )
  return each.join(', ') || 'nothing'
}
