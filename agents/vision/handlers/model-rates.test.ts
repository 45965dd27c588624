import { expect, test } from 'vitest'
import { ModelRates } from './model-rates.ts'

const stages = (infer: number) => ({ fetch: 1, decode: 2, prepare: 3, infer, read: 5 })
const key = 'yolox-nano@000000000000'

test('a model that has not run yet has no rate', () => {
  expect(new ModelRates().find(key)).toBeNull()
})

test('pictures a second are those of the last minute, and stages their means', () => {
  let now = 0
  const rates = new ModelRates(() => now)
  for (let at = 0; at < 11; at += 1) {
    now = at * 100
    rates.add(key, { provider: 'cpu', batch: at === 4 ? 4 : 1, stagesMs: stages(at) })
  }
  expect(rates.find(key)).toEqual({
    provider: 'cpu',
    batch: 4,
    picturesPerSecond: 10,
    stagesMs: { fetch: 1, decode: 2, prepare: 3, infer: 5, read: 5 },
  })
  now += 120_000
  expect(rates.find(key)).toMatchObject({ picturesPerSecond: 0, stagesMs: { infer: 5 } })
})
