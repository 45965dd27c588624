import { cpus } from 'node:os'

type Times = { busyMs: number; niceMs: number; allMs: number }

/**
 * How much of all processors other programs use.
 *
 * The load average counts our own work too, so an agent would yield to itself. The system tells apart what ran at a
 * low priority, as all of ours does (`limits.nice`): the rest belongs to others. Windows does not tell them apart;
 * there the number is only known while nothing of ours runs.
 */
export class ProcessorUse {
  readonly #read: () => Times
  #before: Times

  constructor(read: () => Times = readTimes) {
    this.#read = read
    this.#before = read()
  }

  /**
   * Since it was last asked, in percent; null when no time has passed, or when it cannot be told from our own.
   *
   * @param isOurs something of ours may have run since then
   */
  othersPercent(isOurs: boolean, platform: NodeJS.Platform = process.platform): number | null {
    const now = this.#read()
    const [busyMs, niceMs, allMs] = [
      now.busyMs - this.#before.busyMs,
      now.niceMs - this.#before.niceMs,
      now.allMs - this.#before.allMs,
    ]
    this.#before = now
    if (allMs <= 0 || (isOurs && platform === 'win32')) return null
    return Math.min(100, Math.max(0, ((busyMs - niceMs) / allMs) * 100))
  }
}

function readTimes(): Times {
  const sum = { busyMs: 0, niceMs: 0, allMs: 0 }
  for (const { times } of cpus()) {
    const busy = times.user + times.sys + times.irq + times.nice
    sum.busyMs += busy
    sum.niceMs += times.nice
    sum.allMs += busy + times.idle
  }
  return sum
}
