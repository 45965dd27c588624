import { expect, test } from 'vitest'
import { batchSize, hasFreeBatch } from './batch-size.ts'
import type { TensorShape } from './session.ts'

test.each([
  ['before the first run', 8, 16, undefined, 1],
  ['fewer wait than may', 3, 16, 1, 3],
  ['memory allows fewer', 8, 4, 1, 4],
  ['each takes long: a click must not wait for all', 8, 16, 60, 2],
  ['each takes longer than a run should', 8, 16, 900, 1],
] as const)('%s: of %i that wait, with room for %i, at %s ms each, %i are run together', (...row) => {
  const [, waiting, limit, msPerPicture, expected] = row
  expect(batchSize(waiting, limit, msPerPicture)).toBe(expected)
})

const shape = (...dims: TensorShape['dims']): TensorShape => ({ name: 'x', type: 'float32', dims })

test.each([
  ['all free', [shape('batch', 3, 224, 224)], [shape('batch', 512)], true],
  ['free without a name', [shape(null, 3)], [shape(null, 512)], true],
  ['fixed', [shape(1, 3, 640, 640)], [shape(1, 84, 8_400)], false],
  ['a fixed output', [shape('batch', 3)], [shape(1, 512)], false],
  ['a number as output', [shape('batch', 3)], [shape()], false],
  [
    'two inputs with dimensions of their own',
    [shape('pictures', 3), shape('texts', 77)],
    [shape('pictures', 9)],
    false,
  ],
  ['no inputs', [], [shape('batch')], false],
] as const)('%s: whether pictures can be run together', (_, inputs, outputs, expected) => {
  expect(hasFreeBatch(inputs, outputs)).toBe(expected)
})
