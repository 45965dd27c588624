import { Tensor as RuntimeTensor } from 'onnxruntime-node'
import { AppError } from '../../../protocol/errors.ts'
import { allFinite } from './all-finite.ts'
import type { Tensor } from './session.ts'

/**
 * As the runtime takes it. Models in half precision are fed with the float32 that all families make.
 *
 * @param type as the model file says; undefined for an input that it does not name
 */
export function toRuntimeTensor({ type, data, dims }: Tensor, wanted: string | undefined): RuntimeTensor {
  if (type === 'float32' && wanted === 'float16') {
    return new RuntimeTensor('float16', Float16Array.from(data as Float32Array) as never, dims)
  }
  return new RuntimeTensor(type, data as never, dims)
}

/**
 * As families read it: numbers with a fraction are float32, whatever the model has.
 *
 * @throws AppError `model_failed` when one of them is no number, `model_broken` for a type that no family reads
 */
export function fromRuntimeTensor(name: string, { type, data, dims }: RuntimeTensor): Tensor {
  switch (type) {
    case 'float32':
      return finite(name, data as Float32Array, dims)
    case 'float16':
    case 'float64':
      return finite(name, Float32Array.from(data as ArrayLike<number>), dims)
    case 'int64':
    case 'int32':
    case 'uint8':
    case 'bool':
      return { type, data: data as Int32Array, dims }
    default:
      throw new AppError(
        'model_broken',
        `The model's output ${name} is of type ${type}, which no family reads`,
      )
  }
}

function finite(name: string, data: Float32Array, dims: readonly number[]): Tensor {
  if (allFinite(data)) return { type: 'float32', data, dims }
  throw new AppError(
    'model_failed',
    `The model's output ${name} holds numbers that are none (NaN or infinite): its file is damaged, or it cannot be run in this precision`,
  )
}
