import { readdirSync } from 'node:fs'
import { constants, setPriority } from 'node:os'

/** The thread that calls this; where only processes have a priority, its process. */
const OWN = 0

/** Threads of this process beside its first, by the number that the system gives them; none where it lists none. */
export function otherThreads(): number[] {
  try {
    return readdirSync('/proc/self/task')
      .map(Number)
      .filter((thread) => thread !== process.pid)
  } catch {
    return []
  }
}

/**
 * Has these threads give way to everything else that runs; by default the one that calls this. On Linux each thread has a
 * priority of its own, which the threads that it starts have too; elsewhere a process has one.
 */
export function lowerPriority(threads: readonly number[] = [OWN]): void {
  for (const thread of threads) {
    try {
      setPriority(thread, constants.priority.PRIORITY_BELOW_NORMAL)
    } catch {
      // It has ended meanwhile, or gives way more than that.
    }
  }
}
