const FIRST_PAUSE_MS = 250
export const LONGEST_PAUSE_MS = 10_000

/**
 * How long to wait before the next try: twice as long after each failure, spread by half to either side so that
 * the agents of one coordinator do not all come back at once.
 *
 * @param failures in a row since the last greeting
 * @param random between 0 and 1
 */
export function reconnectPauseMs(failures: number, random: number): number {
  return spread(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures), random)
}

/** A coordinator that refuses this agent needs a person; it is asked slowly. */
export function refusedPauseMs(random: number): number {
  return spread(LONGEST_PAUSE_MS, random)
}

function spread(pauseMs: number, random: number): number {
  return pauseMs * (0.5 + random)
}
