import fc from 'fast-check'
import { expect, test } from 'vitest'
import { endless, externalData, foreignFile } from '../../../scripts/fixtures/onnx/broken-graphs.ts'
import { OnnxGraph } from '../../../scripts/fixtures/onnx/onnx-graph.ts'
import { tinyRtDetr, tinyYolox } from '../../../scripts/fixtures/onnx/tiny-detectors.ts'
import { inspectOnnx } from './inspect-onnx.ts'

/** Counts what is asked for, and gives it in whatever pieces. */
function readerOf(bytes: Uint8Array) {
  const asked = { bytes: 0 }
  return {
    asked,
    sizeBytes: bytes.length,
    read: async (offset: number, length: number) => {
      asked.bytes += length
      return bytes.subarray(offset, offset + length)
    },
  }
}

test('inputs and outputs are read with their shapes', async () => {
  const { facts } = await inspectOnnx(readerOf(tinyRtDetr()))
  expect(facts).toMatchObject({
    inputs: [
      { name: 'images', type: 'float32', dims: ['batch', 3, 64, 64] },
      { name: 'orig_target_sizes', type: 'int64', dims: ['batch', 2] },
    ],
    outputs: [
      { name: 'labels', type: 'int64', dims: ['batch', 3] },
      { name: 'boxes', type: 'float32', dims: ['batch', 3, 4] },
      { name: 'scores', type: 'float32', dims: ['batch', 3] },
    ],
    externalFiles: [],
  })
})

test('a file that is cut off is noticed, wherever that is', async () => {
  const whole = tinyYolox()
  for (let length = 0; length < whole.length; length += 1) {
    const { problem } = await inspectOnnx(readerOf(whole.subarray(0, length)))
    expect(problem, `${length} of ${whole.length} bytes`).not.toBeNull()
  }
})

test('other files are no models', async () => {
  const gzip = Uint8Array.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3, 4])
  for (const bytes of [foreignFile(), gzip, new Uint8Array(), new Uint8Array(1_000)]) {
    expect((await inspectOnnx(readerOf(bytes))).problem).not.toBeNull()
  }
})

test('files that a model wants opened are named, wherever it names them', async () => {
  expect((await inspectOnnx(readerOf(externalData('../../secret')))).facts?.externalFiles).toEqual([
    '../../secret',
  ])

  const graph = new OnnxGraph('outer')
  const input = graph.input('x', 'float32', [1])
  const branch = new OnnxGraph('branch')
  branch.output(branch.external([1], 'hidden.bin'), 'y', 'float32', [1])
  const condition = graph.constant([1], [], 'bool')
  const chosen = graph.run('If', [condition], {
    then_branch: { graph: branch },
    else_branch: { graph: branch },
  })
  graph.output(graph.run('Add', [input, chosen]), 'z', 'float32', [1])
  expect((await inspectOnnx(readerOf(graph.bytes()))).facts?.externalFiles).toEqual(['hidden.bin'])
})

test('graphs inside graphs are looked into, and not without end', async () => {
  expect((await inspectOnnx(readerOf(endless()))).problem).toBeNull()
  let inner = new OnnxGraph('innermost')
  inner.output(inner.constant([1]), 'y', 'float32', [1])
  for (let depth = 0; depth < 40; depth += 1) {
    const outer = new OnnxGraph(`depth-${depth}`)
    const value = outer.run('If', [outer.constant([1], [], 'bool')], { then_branch: { graph: inner } })
    outer.output(value, 'y', 'float32', [1])
    inner = outer
  }
  expect((await inspectOnnx(readerOf(inner.bytes()))).problem).toContain('deep')
})

test('weights are skipped, not read', async () => {
  const graph = new OnnxGraph('heavy')
  const input = graph.input('x', 'float32', [1])
  const weights = Array.from({ length: 4 }, () => graph.constant(Array<number>(500_000).fill(1)))
  const sum = weights.reduce((value, other) => graph.run('Add', [value, other]), input)
  graph.output(sum, 'y', 'float32', [500_000])
  const reader = readerOf(graph.bytes())
  expect((await inspectOnnx(reader)).problem).toBeNull()
  expect(reader.sizeBytes).toBeGreaterThan(8_000_000)
  expect(reader.asked.bytes).toBeLessThan(1_000_000)
})

test('no bytes make it throw or run away', async () => {
  const good = tinyYolox()
  const change = fc.record({
    at: fc.nat({ max: good.length - 1 }),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const bytes = Uint8Array.from(good)
      for (const { at, bytes: other } of changes) bytes.set(other.subarray(0, bytes.length - at), at)
      const { facts, problem } = await inspectOnnx(readerOf(bytes))
      expect(facts === null).toBe(problem !== null)
    }),
    { numRuns: 300 },
  )
})
