import { expect, test } from 'vitest'
import { PowerConfig } from '../../config/power-config.ts'
import { mayWork, type UseFacts, type Yields } from './may-work.ts'

const nothing: UseFacts = {
  inputIdleMs: null,
  othersCpuPercent: null,
  gpuPercent: null,
  gpuFreeMb: null,
  temperatureC: null,
}
const noon = { weekday: 3, minute: 12 * 60 }
const rules = (config: object) => PowerConfig.parse(config)
const person: Yields = { kind: 'person', reason: 'before' }
const limit: Yields = { kind: 'limit', reason: 'before' }

test.each([
  ['no rule keeps it from nothing', {}, { ...nothing, othersCpuPercent: 100, temperatureC: 100 }, null, null],
  [
    'what is not known keeps it from nothing',
    {
      yield: { inputIdleMinutes: 5, cpuPercent: 20, gpuPercent: 20 },
      limits: { temperatureC: 80, gpuMemoryMb: 4_000 },
    },
    nothing,
    null,
    null,
  ],
  ['outside of its hours', { worksBetween: [{ from: '22:00', to: '07:00' }] }, nothing, null, 'hours'],
  ['within them', { worksBetween: [{ from: '11:00', to: '13:00' }] }, nothing, null, null],
  [
    'somebody touched it',
    { yield: { inputIdleMinutes: 5 } },
    { ...nothing, inputIdleMs: 299_000 },
    null,
    'person',
  ],
  [
    'nobody for long enough',
    { yield: { inputIdleMinutes: 5 } },
    { ...nothing, inputIdleMs: 300_000 },
    null,
    null,
  ],
  ['others compute', { yield: { cpuPercent: 30 } }, { ...nothing, othersCpuPercent: 31 }, null, 'person'],
  ['a little', { yield: { cpuPercent: 30 } }, { ...nothing, othersCpuPercent: 30 }, null, null],
  [
    'not yet much less than before',
    { yield: { cpuPercent: 30 } },
    { ...nothing, othersCpuPercent: 25 },
    person,
    'person',
  ],
  [
    'much less than before',
    { yield: { cpuPercent: 30 } },
    { ...nothing, othersCpuPercent: 24 },
    person,
    null,
  ],
  ['a game is played', { yield: { gpuPercent: 30 } }, { ...nothing, gpuPercent: 90 }, null, 'person'],
  ['it is hot', { limits: { temperatureC: 80 } }, { ...nothing, temperatureC: 80.5 }, null, 'limit'],
  ['it cools down', { limits: { temperatureC: 80 } }, { ...nothing, temperatureC: 76 }, limit, 'limit'],
  ['it has cooled down', { limits: { temperatureC: 80 } }, { ...nothing, temperatureC: 75 }, limit, null],
  ['its card is full', { limits: { gpuMemoryMb: 4_000 } }, { ...nothing, gpuFreeMb: 3_999 }, null, 'limit'],
] as const)('%s', (_what, config, facts, before, kind) => {
  expect(mayWork(facts, rules(config), noon, before)?.kind ?? null).toBe(kind)
})

test('the reason is one that a person understands', () => {
  const config = rules({ yield: { inputIdleMinutes: 5, cpuPercent: 30 }, limits: { temperatureC: 80 } })
  const reason = (facts: Partial<UseFacts>) => mayWork({ ...nothing, ...facts }, config, noon, null)?.reason
  expect(reason({ inputIdleMs: 0, othersCpuPercent: 99 })).toBe('somebody uses this machine')
  expect(reason({ othersCpuPercent: 55.4 })).toBe('other programs use 55 % of its processors')
  expect(reason({ temperatureC: 91.2 })).toBe('it has 91 °C and cools down')
})
