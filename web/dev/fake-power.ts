import type { AgentView } from '../../protocol/fleet.ts'
import {
  defaultWakePolicy,
  type MachinePower,
  type PowerDetail,
  type WakeEvent,
  type WakePolicyChange,
} from '../../protocol/power.ts'
import { minutesAgo } from './fake-jobs.ts'

/** The power of a machine that is awake and could be woken, but for the changes. */
export function fakePower(changes: Partial<MachinePower> = {}): MachinePower {
  return {
    since: null,
    yields: null,
    sleepsAfterMinutes: null,
    canSleep: false,
    canWake: true,
    wake: null,
    usualMs: null,
    problem: null,
    ...changes,
  }
}

/** A vault that makes room for somebody, a worker that is being woken, and one that does not wake. */
export function sleepingAgents([vault, worker]: AgentView[]): AgentView[] {
  const since = minutesAgo(312)
  return [
    {
      ...vault!,
      power: fakePower({ yields: 'somebody uses this machine', sleepsAfterMinutes: 30, canSleep: true }),
    },
    {
      ...worker!,
      state: 'waking',
      power: fakePower({
        since,
        canSleep: true,
        sleepsAfterMinutes: 20,
        usualMs: 41_000,
        wake: { startedAt: minutesAgo(0.2), packets: 3, byPerson: false },
      }),
    },
    {
      ...worker!,
      id: 3,
      name: 'laptop',
      state: 'unreachable',
      power: fakePower({ since, problem: 'It was called 24 times and did not answer' }),
    },
    { ...worker!, id: 4, name: 'studio', state: 'asleep', power: fakePower({ since, canSleep: true }) },
  ]
}

/** What an administrator sees of a machine that has been woken twice and then not any more. */
export function fakePowerDetail(agent: AgentView, change: WakePolicyChange = {}): PowerDetail {
  const wake: WakeEvent = {
    startedAt: minutesAgo(30),
    cause: 'work',
    account: null,
    waiting: 1_240,
    packets: 24,
    route: 'from the server to 192.168.1.255',
    outcome: 'gave_up',
    onlineMs: null,
    sleptMs: 5 * 3_600_000,
    message: 'It was called 24 times and did not answer',
  }
  const good = { ...wake, outcome: 'online', message: null } as const
  return {
    policy: { ...defaultWakePolicy, threshold: 50, quietHours: [{ from: '22:00', to: '07:00' }], ...change },
    macAddresses: agent.facts?.macAddresses ?? [],
    route: 'from the server to 192.168.1.255',
    holdsBack: agent.state === 'asleep' ? '12 of 50 jobs wait that would be worth waking it' : null,
    history: [
      ...(agent.state === 'unreachable' ? [wake] : []),
      { ...good, startedAt: minutesAgo(1_500), packets: 8, onlineMs: 41_000 },
      {
        ...good,
        startedAt: minutesAgo(3_000),
        packets: 9,
        onlineMs: 44_000,
        cause: 'test',
        account: 'anna',
        waiting: 0,
      },
    ],
    advice: [
      {
        title: 'Its firmware must allow it',
        text: 'In the BIOS or UEFI turn on “Wake on LAN” (also “Power On by PCI-E”, “Resume by LAN”) and turn off “ErP”, “EuP” or “Deep Sleep”, which cut the card’s power.',
      },
      {
        title: 'Linux: the card must listen',
        text: 'ethtool CARD must show “Wake-on: g”; ethtool -s CARD wol g turns it on until the next start.',
      },
    ],
    relays: [{ id: 1, name: 'vault' }],
    clock: '14:03',
  }
}
