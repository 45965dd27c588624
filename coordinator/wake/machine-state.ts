import type { MachineState } from '../../protocol/power.ts'

/** What the database knows about a machine's state, each on its own. */
export type StateFacts = {
  /** Its agent is connected to a coordinator that lives. */
  isConnected: boolean
  /** A person lets it take no work. */
  isPaused: boolean
  /** Since when it sleeps, as it has said itself; null when it went without a word, or is awake. */
  asleepSince: Date | string | null
  /** The wake that goes on. */
  wake: { answeredAt: Date | string | null } | null
  /** Wakes in vain since it was last there. */
  failedWakes: number
}

/**
 * ```
 * online → draining → asleep → waking → booting → online
 *    ↘ offline ↗           ↖ unreachable ↙
 * ```
 */
export function machineState(facts: StateFacts): MachineState {
  if (facts.isConnected) return facts.isPaused ? 'draining' : 'online'
  if (facts.wake) return facts.wake.answeredAt ? 'booting' : 'waking'
  if (facts.failedWakes > 0) return 'unreachable'
  return facts.asleepSince ? 'asleep' : 'offline'
}
