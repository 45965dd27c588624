import { expect, test } from 'vitest'
import { fakePower } from '../dev/fake-power.ts'
import { describeCage, describeMachine, machineStatus } from './describe-machine.ts'

const now = new Date(2026, 10, 21, 14, 0)
const at = (hours: number, minutes: number, seconds = 0) =>
  new Date(2026, 10, 21, hours, minutes, seconds).toISOString()
const online = {
  state: 'online' as const,
  paused: false,
  lastSeenAt: at(13, 59),
  leases: 0,
  perMinute: 0,
  power: fakePower(),
  capabilities: [{ capability: 'detect' as const, concurrency: 1 }],
}
const asleep = { state: 'asleep' as const, power: fakePower({ since: at(9, 12) }) }
const wake = { startedAt: at(13, 59, 48), packets: 3, byPerson: false }

test.each([
  [{}, 'Online', 'Nothing to do at the moment.'],
  [{ leases: 2, perMinute: 30 }, 'Online', '2 jobs in hand · 30 finished in the last minute'],
  [
    { power: fakePower({ yields: 'somebody uses this machine' }) },
    'Makes room',
    'Takes no more for now: somebody uses this machine.',
  ],
  [
    { leases: 1, power: fakePower({ yields: 'it has 91 °C and cools down' }) },
    'Makes room',
    'Finishes 1 job and takes no more for now: it has 91 °C and cools down.',
  ],
  [
    { power: fakePower({ problem: 'The sleep command ended with 1' }) },
    'Online',
    'Nothing to do at the moment. The sleep command ended with 1.',
  ],
  [{ state: 'draining', leases: 1 }, 'Pausing', 'Finishes 1 job and takes no more until it is resumed.'],
  [asleep, 'Asleep', 'Asleep since 09:12. It is woken when work waits that only it can do.'],
  [{ ...asleep, paused: true }, 'Asleep', 'Asleep since 09:12. It is paused, so no work wakes it.'],
  [
    { ...asleep, power: fakePower({ since: at(9, 12), canWake: false }) },
    'Asleep',
    'Asleep since 09:12. Nobody knows how to wake it: its MAC address is missing.',
  ],
  [
    { state: 'waking', power: fakePower({ wake, usualMs: 41_000 }) },
    'Waking up',
    'Called 3 times in 12 s. It is usually back in 41 s.',
  ],
  [
    { state: 'booting', power: fakePower({ wake: { ...wake, packets: 1 } }) },
    'Starting',
    'Called once in 12 s. It answers on the network; its agent is not back yet.',
  ],
  [
    { state: 'unreachable', power: fakePower({ problem: 'It was called 24 times and did not answer' }) },
    'Does not wake',
    'It was called 24 times and did not answer. Work that only it can do waits; nothing is lost.',
  ],
  [{ state: 'offline' }, 'Offline', 'Last seen 1 min ago. Work that only it can do waits for it.'],
] as const)('%j is “%s”: %s', (change, word, sentence) => {
  const machine = { ...online, ...change } as Parameters<typeof describeMachine>[0]
  expect(machineStatus(machine).word).toBe(word)
  expect(describeMachine(machine, now.getTime())).toBe(sentence)
})

test('what the cage of a machine lacks is named, and the reason is one command away', () => {
  expect(describeCage(['files: needs Landlock: Linux 5.13', 'network: needs seccomp'])).toBe(
    'What opens pictures here is not shut off as it should be (files, network); hearth doctor on this machine says why.',
  )
})
