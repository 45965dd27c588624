import { defaultWakePolicy } from '../../../protocol/power.ts'
import type { Sleeper } from '../sleeper.ts'

export const NOW = new Date('2026-01-07T12:00:00Z')

/** Some time before `NOW`. */
export function ago(ms: number): Date {
  return new Date(NOW.getTime() - ms)
}

/** A machine that has slept for an hour and could be woken, but for the changes. */
export function makeSleeper({
  policy,
  ...changes
}: Partial<Omit<Sleeper, 'policy'>> & { policy?: Partial<Sleeper['policy']> } = {}): Sleeper {
  return {
    id: 1,
    name: 'desk',
    isConnected: false,
    isPaused: false,
    facts: {
      hostName: 'desk',
      os: 'Linux 6.1',
      arch: 'x64',
      cpuModel: 'test',
      cpuCount: 8,
      memoryBytes: 1e9,
      gpu: null,
      macAddresses: ['00:11:22:aa:bb:cc'],
      networks: [{ name: 'eth0', address: '192.168.1.20', prefix: 24, mac: '00:11:22:aa:bb:cc' }],
    },
    capabilities: [{ capability: 'detect', concurrency: 1 }],
    models: [],
    report: null,
    asleepSince: ago(3_600_000),
    notBefore: null,
    failedWakes: 0,
    lastWakeEndedAt: null,
    wake: null,
    ...changes,
    policy: { ...defaultWakePolicy, ...policy },
  }
}
