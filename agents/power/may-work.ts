import type { PowerConfig } from '../../config/power-config.ts'
import { isWithin, type WallTime } from '../../protocol/day-window.ts'

/** What is known about the use of this machine; null where it cannot be found out. */
export type UseFacts = {
  /** Since keyboard or mouse were touched. */
  inputIdleMs: number | null
  /** Of all processors, by other programs than this agent, 0 to 100. */
  othersCpuPercent: number | null
  /** Of the graphics card, by whoever; null also while this agent itself uses it. */
  gpuPercent: number | null
  gpuFreeMb: number | null
  /** Of the hottest sensor. */
  temperatureC: number | null
}

/** `hours`: nobody is disturbed if the machine sleeps meanwhile. `person`: somebody uses it. `limit`: it needs a rest. */
export type Yields = { kind: 'hours' | 'person' | 'limit'; reason: string }

type Rules = Pick<PowerConfig, 'worksBetween' | 'yield' | 'limits'>

const MINUTE_MS = 60_000
/** A machine that has yielded for heat goes on when it is so much cooler, in °C. */
const COOLER_BY = 5
/** And one that has yielded to other programs when they use so much less than the limit. */
const CALMER_SHARE = 0.8

/**
 * Whether this machine may take work now; null: it may. What cannot be found out keeps it from nothing.
 *
 * @param before what it has yielded to until now; decides near a limit, so that it does not waver
 */
export function mayWork(facts: UseFacts, rules: Rules, now: WallTime, before: Yields | null): Yields | null {
  const { worksBetween, yield: limits } = rules
  const { temperatureC, gpuMemoryMb } = rules.limits
  const calmer = (limit: number, kind: Yields['kind']) =>
    before?.kind === kind ? limit * CALMER_SHARE : limit

  if (worksBetween.length > 0 && !isWithin(worksBetween, now))
    return { kind: 'hours', reason: 'its owner lets it work at other hours' }
  if (isBelow(facts.inputIdleMs, (limits.inputIdleMinutes ?? 0) * MINUTE_MS))
    return { kind: 'person', reason: 'somebody uses this machine' }
  if (limits.cpuPercent !== null && isAbove(facts.othersCpuPercent, calmer(limits.cpuPercent, 'person')))
    return {
      kind: 'person',
      reason: `other programs use ${Math.round(facts.othersCpuPercent!)} % of its processors`,
    }
  if (limits.gpuPercent !== null && isAbove(facts.gpuPercent, calmer(limits.gpuPercent, 'person')))
    return {
      kind: 'person',
      reason: `other programs use ${Math.round(facts.gpuPercent!)} % of its graphics card`,
    }
  const hottestC = temperatureC === null ? null : temperatureC - (before?.kind === 'limit' ? COOLER_BY : 0)
  if (hottestC !== null && isAbove(facts.temperatureC, hottestC))
    return { kind: 'limit', reason: `it has ${Math.round(facts.temperatureC!)} °C and cools down` }
  if (gpuMemoryMb !== null && isBelow(facts.gpuFreeMb, gpuMemoryMb))
    return { kind: 'limit', reason: `only ${Math.round(facts.gpuFreeMb!)} MB of its graphics card are free` }
  return null
}

function isAbove(value: number | null, limit: number): boolean {
  return value !== null && value > limit
}

function isBelow(value: number | null, limit: number): boolean {
  return value !== null && value < limit
}
