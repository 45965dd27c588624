import type { Tensor } from './session.ts'

/** Types of numbers that exports of one and the same model disagree about. */
export type NumberType = 'float32' | 'int32' | 'int64'

export function isNumberType(type: string): type is NumberType {
  return type === 'float32' || type === 'int32' || type === 'int64'
}

/** @param values as many as `dims` multiplied; whole numbers where the type is */
export function typedTensor(type: NumberType, values: readonly number[], dims: readonly number[]): Tensor {
  switch (type) {
    case 'float32':
      return { type, data: Float32Array.from(values), dims }
    case 'int32':
      return { type, data: Int32Array.from(values), dims }
    case 'int64':
      return { type, data: BigInt64Array.from(values, BigInt), dims }
  }
}
