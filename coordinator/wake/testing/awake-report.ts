import type { PowerReport } from '../../../protocol/power.ts'

/** What a machine says that is awake and would sleep after half an hour. */
export const awakeReport: PowerReport = {
  state: 'awake',
  because: null,
  notBefore: null,
  yields: null,
  sleepsAfterMinutes: 30,
  canSleep: true,
  relays: true,
  problem: null,
}
