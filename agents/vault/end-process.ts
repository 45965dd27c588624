import type { ChildProcess } from 'node:child_process'

/** A killed process is gone in milliseconds, unless it hangs in a disk that does not answer. Below the second in which a cancelled job must end. */
const GONE_LIMIT_MS = 800

/**
 * Kills a child process and waits until it is gone.
 *
 * @returns false when it is still there after 0.8 s: it hangs in a system call that nobody can
 *   interrupt, and ends by itself when the disk answers. It is not waited for then.
 */
export async function endProcess(child: ChildProcess): Promise<boolean> {
  if (child.pid === undefined || hasEnded(child)) return true
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const onExit = () => resolve(true)
  child.once('exit', onExit)
  child.kill('SIGKILL')
  const limit = setTimeout(() => resolve(false), GONE_LIMIT_MS)
  const isGone = await promise
  clearTimeout(limit)
  child.off('exit', onExit)
  return isGone
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}
