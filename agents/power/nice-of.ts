import type { PowerConfig } from '../../config/power-config.ts'

/** Makes the agent's own use of the processors tell apart from that of others (`ProcessorUse`). */
const NICE_WHEN_YIELDING = 10

/** How far other programs go first: the process's priority, 0 to 19. */
export function niceOf({ limits, yield: { cpuPercent } }: Pick<PowerConfig, 'limits' | 'yield'>): number {
  return limits.nice ?? (cpuPercent === null ? 0 : NICE_WHEN_YIELDING)
}
