import { expect, test } from 'vitest'
import { PowerConfig } from '../../config/power-config.ts'
import type { UseFacts, Yields } from './may-work.ts'
import { fakeRuntime } from './testing/fake-runtime.ts'
import { silent } from './testing/silent.ts'
import { Yielder } from './yielder.ts'

function startYielder(config: object, facts: Partial<UseFacts>) {
  const runtime = fakeRuntime()
  const told: (Yields | null)[] = []
  const nothing = {
    inputIdleMs: null,
    othersCpuPercent: null,
    gpuPercent: null,
    gpuFreeMb: null,
    temperatureC: null,
  }
  const yielder = new Yielder({
    loop: runtime.loop,
    log: silent,
    rules: PowerConfig.parse(config),
    readFacts: async () => ({ ...nothing, ...facts }),
    onChange: (yields) => void told.push(yields),
    intervalMs: 10,
  })
  yielder.start()
  return { ...runtime, told, yielder, [Symbol.dispose]: () => yielder.stop() }
}

const poll = (ask: () => unknown) => expect.poll(ask, { timeout: 10_000, interval: 5 })
const looking = 'yield: it looks first whether somebody uses this machine'
const used = 'yield: somebody uses this machine'

test('nothing is taken before the first look, nor while somebody is there', async () => {
  const facts = { inputIdleMs: 0 }
  using t = startYielder({ yield: { inputIdleMinutes: 1 } }, facts)
  expect(t.diary).toEqual([looking])
  await poll(() => t.diary).toEqual([looking, used])
  facts.inputIdleMs = 60_000
  await poll(() => t.diary).toEqual([looking, used, 'yield: null'])
  expect(t.told).toEqual([{ kind: 'person', reason: 'somebody uses this machine' }, null])
  expect(t.yielder.yields).toBeNull()
})

test('running jobs are given back when the time of grace is over, and the machine still yields', async () => {
  using t = startYielder({ yield: { inputIdleMinutes: 1, graceSeconds: 0.02 } }, { inputIdleMs: 0 })
  await poll(() => t.diary).toEqual([looking, used, 'release', 'resume'])
})

test('without a rule nobody is asked anything', () => {
  using t = startYielder({}, { inputIdleMs: 0 })
  expect(t.diary).toEqual([])
})
