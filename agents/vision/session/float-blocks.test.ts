import { expect, test } from 'vitest'
import { FloatBlocks, floatBlocks } from './float-blocks.ts'
import { stackTensors } from './stack-tensors.ts'

test('a block that came back is used again for as many numbers, and for no other length', () => {
  const blocks = new FloatBlocks()
  const block = blocks.take(12)
  blocks.giveBack(block)
  expect(blocks.take(6)).not.toBe(block)
  expect(blocks.take(12)).toBe(block)
  expect(blocks.take(12)).not.toBe(block)
})

test('only what is lent may leave its thread', () => {
  const blocks = new FloatBlocks()
  const block = blocks.take(4)
  expect([
    blocks.isLent(block),
    blocks.isLent(new Float32Array(4)),
    blocks.isLent(block.subarray(1)),
  ]).toEqual([true, false, false])
  blocks.giveBack(block)
  expect(blocks.isLent(block)).toBe(false)
})

test('a picture alone goes to its run without being copied', () => {
  const tensor = { type: 'float32', data: floatBlocks.take(3), dims: [1, 3] } as const
  expect(stackTensors([tensor]).data).toBe(tensor.data)
})
