import type { MachinePower } from '../../protocol/power.ts'

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
