import { expect, test } from 'vitest'
import { MAX_WAKE_PACKETS } from '../../protocol/power.ts'
import { nextStep } from './next-step.ts'
import type { RunningWake } from './sleeper.ts'
import { ago, makeSleeper, NOW } from './testing/make-sleeper.ts'

const wake: RunningWake = {
  id: 1,
  cause: 'work',
  startedAt: ago(12_000),
  packets: 3,
  lastPacketAt: ago(2_000),
  answeredAt: null,
}
const wanted = { isWanted: true, isAnswering: false }

test.each([
  ['a packet every five seconds', { lastPacketAt: ago(5_000) }, wanted, 'send'],
  ['and none between them', {}, wanted, 'wait'],
  ['the first at once', { packets: 0, lastPacketAt: null }, wanted, 'send'],
  ['it is over when the work is done elsewhere', {}, { ...wanted, isWanted: false }, 'cancel'],
  ['but not when a person wants it', { cause: 'person' as const }, { ...wanted, isWanted: false }, 'wait'],
  ['after two minutes it is given up', { startedAt: ago(120_000) }, wanted, 'giveUp'],
  ['no packet more than promised', { packets: MAX_WAKE_PACKETS, lastPacketAt: ago(60_000) }, wanted, 'wait'],
  ['a machine that answers is starting', {}, { ...wanted, isAnswering: true }, 'booting'],
  [
    'it is still called, for something else may have its address',
    { answeredAt: ago(6_000), lastPacketAt: ago(5_000) },
    wanted,
    'send',
  ],
  ['one that starts has longer', { startedAt: ago(130_000), answeredAt: ago(60_000) }, wanted, 'wait'],
  ['but not for ever', { startedAt: ago(400_000), answeredAt: ago(300_000) }, wanted, 'giveUp'],
])('%s', (_what, changes, seen, expected) => {
  expect(nextStep({ ...wake, ...changes }, makeSleeper(), seen, NOW).type).toBe(expected)
})

test('a whole wake in vain sends at most thirty packets, at least five seconds apart, for two minutes', () => {
  const machine = makeSleeper()
  let running: RunningWake = { ...wake, startedAt: NOW, packets: 0, lastPacketAt: null }
  const sentMs: number[] = []
  for (let ms = 0; ; ms += 1_000) {
    const now = new Date(NOW.getTime() + ms)
    const step = nextStep(running, machine, wanted, now)
    if (step.type === 'giveUp') {
      expect(ms).toBe(120_000)
      expect(step.message).toBe('It was called 24 times and did not answer')
      break
    }
    if (step.type !== 'send') continue
    sentMs.push(ms)
    running = { ...running, packets: running.packets + 1, lastPacketAt: now }
  }
  expect(sentMs).toEqual(Array.from({ length: 24 }, (_, at) => at * 5_000))
  expect(sentMs.length).toBeLessThanOrEqual(MAX_WAKE_PACKETS)
})

test('why it was given up tells a machine that is on from one that is not', () => {
  const seen = { isWanted: true, isAnswering: true }
  const over = { ...wake, packets: 1, startedAt: ago(500_000), answeredAt: ago(400_000) }
  expect(nextStep(over, makeSleeper(), seen, NOW)).toEqual({
    type: 'giveUp',
    message: expect.stringMatching(/^It was called once and answers on the network, but its agent/),
  })
})
