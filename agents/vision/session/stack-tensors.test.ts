import { expect, test } from 'vitest'
import type { Tensor } from './session.ts'
import { canStack, splitTensor, stackTensors } from './stack-tensors.ts'

const tensor = (values: number[], dims: number[]): Tensor => ({
  type: 'float32',
  data: Float32Array.from(values),
  dims,
})

test('tensors are stacked in their order, and come apart as they were', () => {
  const parts = [tensor([1, 2, 3, 4], [2, 2]), tensor([5, 6], [1, 2]), tensor([7, 8, 9, 10, 11, 12], [3, 2])]
  const whole = stackTensors(parts)
  expect(whole.dims).toEqual([6, 2])
  expect([...(whole.data as Float32Array)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  const back = splitTensor(whole, [2, 1, 3])
  expect(back.map(({ dims }) => dims)).toEqual([
    [2, 2],
    [1, 2],
    [3, 2],
  ])
  expect(back.map(({ data }) => [...(data as Float32Array)])).toEqual(
    parts.map(({ data }) => [...(data as Float32Array)]),
  )
})

test('whole numbers stay whole numbers', () => {
  const ids = (value: bigint): Tensor => ({ type: 'int64', data: BigInt64Array.of(value), dims: [1, 1] })
  expect(stackTensors([ids(3n), ids(4n)]).data).toEqual(BigInt64Array.of(3n, 4n))
})

test('a tensor alone is copied: what is made of it may be given away', () => {
  const alone = tensor([1, 2], [1, 2])
  const stacked = stackTensors([alone])
  expect(stacked).toEqual(alone)
  expect(stacked.data.buffer).not.toBe(alone.data.buffer)
})

test('pictures of one size go together, whatever their number; of another size or type not', () => {
  const feeds = (dims: number[], type: Tensor['type'] = 'float32') => ({
    x: { type, data: new Float32Array(dims.reduce((product, size) => product * size)), dims } as Tensor,
  })
  expect(canStack(feeds([1, 3, 4, 4]), feeds([2, 3, 4, 4]))).toBe(true)
  expect(canStack(feeds([1, 3, 4, 4]), feeds([1, 3, 4, 5]))).toBe(false)
  expect(canStack(feeds([1, 3, 4, 4]), feeds([1, 3, 4, 4], 'uint8'))).toBe(false)
  expect(canStack(feeds([1, 2]), { ...feeds([1, 2]), y: tensor([1], [1]) })).toBe(false)
})
