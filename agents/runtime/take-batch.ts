import { MAX_RESULTS } from '../../protocol/agents.ts'

/** Well below what a coordinator takes in one message (4 MB). */
export const MAX_BATCH_BYTES = 1_000_000

/** Takes what may travel together out of the front of `ready`: at least one, if there is any. */
export function takeBatch<T extends { sizeBytes: number }>(ready: T[]): T[] {
  let sizeBytes = 0
  const end = ready.findIndex((report, index) => {
    sizeBytes += report.sizeBytes
    return index > 0 && (index >= MAX_RESULTS || sizeBytes > MAX_BATCH_BYTES)
  })
  return ready.splice(0, end < 0 ? ready.length : end)
}
