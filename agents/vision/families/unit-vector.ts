import { AppError } from '../../../protocol/errors.ts'
import type { Tensor } from '../session/session.ts'

/**
 * The one vector in an answer of a model, brought to length 1.
 *
 * @throws AppError `model_failed` when it is not there or has no direction
 */
export function answeredVector(
  answer: Readonly<Record<string, Tensor>>,
  output: string,
  family: string,
): Float32Array {
  const tensor = answer[output]
  if (!(tensor?.data instanceof Float32Array) || tensor.data.length === 0)
    throw new AppError('model_failed', `${family} gave no numbers as ${output}`)
  return unitVector(tensor.data, family)
}

/**
 * A vector of the same direction and length 1.
 *
 * @param whose for the message
 * @throws AppError `model_failed` where there is no direction: nothing but zeros, or a number that is none
 */
export function unitVector(vector: ArrayLike<number>, whose: string): Float32Array {
  let squares = 0
  for (let index = 0; index < vector.length; index++) squares += vector[index]! ** 2
  const length = Math.sqrt(squares)
  if (!Number.isFinite(length) || length === 0)
    throw new AppError('model_failed', `${whose} gave a vector without a direction`)
  return Float32Array.from(vector, (value) => value / length)
}

/** The direction between vectors of length 1, each counted alike. */
export function meanDirection(vectors: readonly Float32Array[], whose: string): Float32Array {
  const sum = new Float64Array(vectors[0]?.length ?? 0)
  for (const vector of vectors) for (let index = 0; index < sum.length; index++) sum[index]! += vector[index]!
  return unitVector(sum, whose)
}
