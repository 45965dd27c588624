/** A tick that comes later than this many times its interval was held up by a stop of the whole process. */
const LATE = 2

/**
 * Calls `onTick` every `tickMs` with the time since the last call, of which a stop of the whole process
 * (a suspended machine, SIGSTOP, a debugger) counts as two ticks at most: nobody is blamed for it.
 *
 * @returns ends it; the timer alone does not keep a process alive
 */
export function awakeInterval(tickMs: number, onTick: (elapsedMs: number) => void): () => void {
  let tickedAt = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    const elapsedMs = Math.min(now - tickedAt, tickMs * LATE)
    tickedAt = now
    onTick(elapsedMs)
  }, tickMs)
  timer.unref()
  return () => clearInterval(timer)
}
