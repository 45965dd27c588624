import { uptime } from 'node:os'

/**
 * The clock of leases, in ms since some moment in the past.
 *
 * Leases go on running out while a machine sleeps, so their clock must go on too. On Linux `performance.now()`
 * reads CLOCK_MONOTONIC, which stands still in a suspended machine; `os.uptime()` goes on like CLOCK_BOOTTIME, in
 * steps of 10 ms. Elsewhere `os.uptime()` may be counted from the wall clock, which people set, and only
 * `performance.now()` never jumps; what a sleep there hides, the coordinator's refusal of the token shows.
 */
export const leaseNowMs: () => number =
  process.platform === 'linux' ? () => uptime() * 1_000 : () => performance.now()

/** Clocks of which one goes on while this machine sleeps. Elsewhere that on the wall: set forward, it looks like sleep. */
export const sleepClocks: readonly (() => number)[] =
  process.platform === 'linux' ? [leaseNowMs] : [leaseNowMs, Date.now]
