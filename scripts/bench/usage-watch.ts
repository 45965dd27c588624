import { descendantsOf, listProcesses, type ProcessUsage } from './process-usage.ts'

const LOOK_MS = 100

export type Usage = { cpuMs: number; readBytes: number }
export type UsageByClass = Record<string, Usage>

/**
 * Adds up what a tree of processes uses, by class.
 *
 * watching: from the making until `stop()`. A process counts with what was last seen of it, so what it did
 *   in its last tenth of a second may be missing. `restart()` forgets what was used so far.
 */
export class UsageWatch {
  readonly #rootPid: number
  readonly #seen = new Map<number, ProcessUsage>()
  readonly #before = new Map<number, Usage>()
  readonly #timer: NodeJS.Timeout

  constructor(rootPid: number) {
    this.#rootPid = rootPid
    this.#timer = setInterval(() => this.#look(), LOOK_MS)
    this.#look()
  }

  restart(): void {
    this.#look()
    for (const [pid, { cpuMs, readBytes }] of this.#seen) this.#before.set(pid, { cpuMs, readBytes })
  }

  /** What has been used since the start or the last `restart()`. */
  read(classOf: (process: ProcessUsage) => string): UsageByClass {
    this.#look()
    const sums: UsageByClass = {}
    for (const [pid, process] of this.#seen) {
      const before = this.#before.get(pid) ?? { cpuMs: 0, readBytes: 0 }
      const name = classOf(process)
      sums[name] ??= { cpuMs: 0, readBytes: 0 }
      const sum = sums[name]
      sum.cpuMs += process.cpuMs - before.cpuMs
      sum.readBytes += process.readBytes - before.readBytes
    }
    return sums
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    for (const process of descendantsOf(this.#rootPid, listProcesses())) {
      // One that has ended and is still listed has no name and has read nothing any more.
      const before = process.command === '' ? this.#seen.get(process.pid) : undefined
      this.#seen.set(process.pid, before ? { ...before, cpuMs: process.cpuMs } : process)
    }
  }
}

export function totalOf(usage: UsageByClass): Usage {
  return Object.values(usage).reduce(
    (sum, { cpuMs, readBytes }) => ({ cpuMs: sum.cpuMs + cpuMs, readBytes: sum.readBytes + readBytes }),
    { cpuMs: 0, readBytes: 0 },
  )
}
