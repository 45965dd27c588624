import { madeUpFeeds } from '../counts/made-up-feeds.ts'
import type { OpenSession } from './open-session.ts'
import { toRuntimeTensor } from './runtime-tensors.ts'

/** So many runs are enough to go by, and so long is, once there have been two. */
const ENOUGH_RUNS = 10
const ENOUGH_MS = 200

/**
 * Runs a model with a picture of nothing, over and over.
 *
 * @returns runs per second
 */
export async function timeRuns(
  { session, inputs }: OpenSession,
  inputPx: readonly [number, number] | null,
): Promise<number> {
  const made = madeUpFeeds(inputs, inputPx)
  const feeds = Object.fromEntries(
    inputs.map(({ name, type }) => [name, toRuntimeTensor(made[name]!, type)] as const),
  )
  // The first takes memory that later ones have.
  await session.run(feeds)
  const startedAt = performance.now()
  let runs = 0
  let ms = 0
  while (runs < 2 || (runs < ENOUGH_RUNS && ms < ENOUGH_MS)) {
    await session.run(feeds)
    runs += 1
    ms = performance.now() - startedAt
  }
  return (runs * 1_000) / ms
}
