import type { Session, Tensor, TensorShape } from '../session/session.ts'

type Output = { name: string; tensor: Tensor; declared?: TensorShape['dims'] }

/** A session that gives the same answer to everything, and keeps what it was asked. */
export function answeringSession(
  inputs: readonly TensorShape[],
  outputs: readonly Output[],
): Session & { asked: Record<string, Tensor>[] } {
  const asked: Record<string, Tensor>[] = []
  return {
    inputs,
    outputs: outputs.map(({ name, tensor, declared }) => ({
      name,
      type: tensor.type,
      dims: declared ?? tensor.dims,
    })),
    run: async (feeds) => {
      asked.push({ ...feeds })
      return Object.fromEntries(outputs.map(({ name, tensor }) => [name, tensor]))
    },
    asked,
  }
}

export function floats(dims: readonly number[], data?: ArrayLike<number>): Tensor {
  const length = dims.reduce((product, size) => product * size, 1)
  return { type: 'float32', data: data ? Float32Array.from(data) : new Float32Array(length), dims }
}

export function integers(dims: readonly number[], data: readonly number[]): Tensor {
  return { type: 'int64', data: BigInt64Array.from(data, BigInt), dims }
}
