import { expect, test } from 'vitest'
import { runPowerTest } from './run-power-test.ts'

/** Changes each day, so that the short form sees more than its hundred images in the long run. */
const SEED = Math.floor(Date.now() / 86_400_000)

test('whenever the power fails, nothing acknowledged is lost and nothing is broken', {
  timeout: 900_000,
}, async () => {
  const result = await runPowerTest({
    program: 'embedded',
    rounds: 3,
    imagesPerRound: 34,
    transactionsPerRound: 200,
    seed: SEED,
  })
  expect(result.bad).toEqual([])
  expect(result.images).toBe(102)
})

test('PGlite as it comes is found wanting', { timeout: 300_000 }, async () => {
  const result = await runPowerTest({
    program: 'unpatched',
    rounds: 1,
    imagesPerRound: 10,
    transactionsPerRound: 100,
    seed: SEED,
  })
  expect(result.images).toBe(10)
  expect(result.bad.length).toBeGreaterThan(2)
})
