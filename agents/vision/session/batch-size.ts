import type { TensorShape } from './session.ts'

/**
 * Longest time that one run should take, in ms: a person who points at something waits for the run before theirs, and
 * on the processor large batches win little.
 */
const RUN_BUDGET_MS = 150

/**
 * How many of those that wait are run together.
 *
 * @param limit what memory has allowed so far
 * @param msPerPicture as measured last; undefined before the first run, which is made with one
 */
export function batchSize(waiting: number, limit: number, msPerPicture: number | undefined): number {
  if (msPerPicture === undefined) return 1
  const withinBudget = Math.max(1, Math.floor(RUN_BUDGET_MS / Math.max(msPerPicture, 0.01)))
  return Math.max(1, Math.min(waiting, limit, withinBudget))
}

/**
 * Whether several pictures can be run together: the first dimension of each input is free, and is the same; that of
 * each output is free, too. A model that says so wrongly is found out by its first batch.
 */
export function hasFreeBatch(inputs: readonly TensorShape[], outputs: readonly TensorShape[]): boolean {
  const first = inputs.map(({ dims }) => dims[0])
  return (
    first.length > 0 &&
    first.every((size) => typeof size !== 'number' && size !== undefined && size === first[0]) &&
    outputs.every(({ dims }) => dims.length > 0 && typeof dims[0] !== 'number')
  )
}
