import { readdirSync } from 'node:fs'
import { constants, setPriority } from 'node:os'

/** Threads of this process, by the number that the system gives them; 0 is its first, where none are listed. */
export function listThreads(): number[] {
  try {
    return readdirSync('/proc/self/task').map(Number)
  } catch {
    return [0]
  }
}

/**
 * Has these threads give way to everything else that runs. On Linux each thread has a priority of its own, which
 * the threads that it starts have too; elsewhere a process has one.
 */
export function lowerPriority(threads: readonly number[]): void {
  for (const thread of threads) {
    try {
      setPriority(thread, constants.priority.PRIORITY_BELOW_NORMAL)
    } catch {
      // It has ended meanwhile.
    }
  }
}
