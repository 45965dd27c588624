import { floatBlocks } from './float-blocks.ts'
import type { Tensor } from './session.ts'

/**
 * Puts tensors one behind the other along their first dimension. Types and other dimensions are the same.
 *
 * @returns data that may be given away: a block of this thread's, or a copy
 */
export function stackTensors(tensors: readonly Tensor[]): Tensor {
  const [first] = tensors
  if (first === undefined) throw new RangeError('There is nothing to stack')
  if (tensors.length === 1)
    return floatBlocks.isLent(first.data) ? first : { ...first, data: first.data.slice() }
  const rows = tensors.reduce((sum, { dims }) => sum + (dims[0] ?? 1), 0)
  const elements = tensors.reduce((sum, { data }) => sum + data.length, 0)
  const data =
    first.data instanceof Float32Array
      ? floatBlocks.take(elements)
      : new (first.data.constructor as new (length: number) => Exclude<Tensor['data'], Float32Array>)(
          elements,
        )
  let at = 0
  for (const tensor of tensors) {
    // The same type, which the compiler cannot know.
    ;(data as Float32Array).set(tensor.data as Float32Array, at)
    at += tensor.data.length
  }
  return { type: first.type, data, dims: [rows, ...first.dims.slice(1)] }
}

/**
 * The way back.
 *
 * @param rows of each part along the first dimension, which they add up to
 * @returns views of the same data
 */
export function splitTensor(tensor: Tensor, rows: readonly number[]): Tensor[] {
  const [first = 1, ...others] = tensor.dims
  if (rows.length === 1 && rows[0] === first) return [tensor]
  const perRow = others.reduce((product, size) => product * size, 1)
  let at = 0
  return rows.map((count) => {
    const data = tensor.data.subarray(at * perRow, (at + count) * perRow)
    at += count
    return { type: tensor.type, data, dims: [count, ...others] }
  })
}

/** Whether two pictures' feeds can be run together: all but the first dimension is the same. */
export function canStack(
  one: Readonly<Record<string, Tensor>>,
  other: Readonly<Record<string, Tensor>>,
): boolean {
  const names = Object.keys(one)
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => {
      const [a, b] = [one[name], other[name]]
      return a !== undefined && b !== undefined && a.type === b.type && sameTail(a.dims, b.dims)
    })
  )
}

function sameTail(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((size, at) => at === 0 || size === other[at])
}
