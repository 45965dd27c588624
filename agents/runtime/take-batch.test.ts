import { expect, test } from 'vitest'
import { MAX_RESULTS } from '../../protocol/agents.ts'
import { MAX_BATCH_BYTES, takeBatch } from './take-batch.ts'

const sized = (...sizes: number[]) => sizes.map((sizeBytes) => ({ sizeBytes }))

test.each([
  [[], []],
  [[1, 2, 3], [3]],
  [Array(MAX_RESULTS + 1).fill(1), [MAX_RESULTS, 1]],
  [
    [MAX_BATCH_BYTES - 1, 1, 1],
    [2, 1],
  ],
  // One that is too large for company travels alone.
  [
    [1, 3 * MAX_BATCH_BYTES, 1, 1],
    [1, 1, 2],
  ],
])('%j leave in batches of %j', (sizes: number[], lengths: number[]) => {
  const ready = sized(...sizes)
  const batches: number[] = []
  while (ready.length > 0) batches.push(takeBatch(ready).length)
  expect(batches).toEqual(lengths)
})
