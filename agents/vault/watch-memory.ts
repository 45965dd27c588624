import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** A decoder that runs away fills about a gigabyte in a second, so this bounds the overshoot to a tenth of it. */
const POLL_INTERVAL_MS = 100

/**
 * Resident memory of another process in bytes, or undefined when it has ended or this system has no `/proc`.
 */
export async function findRssBytes(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => undefined)
  const kilobytes = status?.match(/^VmRSS:\s+(\d+) kB$/m)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1_024
}

/** Calls `onExceeded` once when a process holds more than `maxRssBytes`; ends with the signal. */
export async function watchMemory(
  pid: number,
  maxRssBytes: number,
  onExceeded: () => void,
  signal: AbortSignal,
): Promise<void> {
  if (process.platform !== 'linux') return
  while (!signal.aborted) {
    const rssBytes = await findRssBytes(pid)
    if (signal.aborted) return
    if (rssBytes !== undefined && rssBytes > maxRssBytes) {
      onExceeded()
      return
    }
    await sleep(POLL_INTERVAL_MS, undefined, { signal }).catch(() => undefined)
  }
}
