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
  readonly #tree = new TreeUsage()
  readonly #before = new Map<number, Usage>()
  readonly #timer: NodeJS.Timeout
  #stopped = false

  constructor(rootPid: number) {
    this.#rootPid = rootPid
    this.#timer = setInterval(() => this.#look(), LOOK_MS)
    this.#look()
  }

  restart(): void {
    this.#look()
    for (const { pid, cpuMs, readBytes } of this.#tree.processes())
      this.#before.set(pid, { cpuMs, readBytes })
  }

  /** What has been used since the start or the last `restart()`. */
  read(classOf: (process: ProcessUsage) => string): UsageByClass {
    this.#look()
    const sums: UsageByClass = {}
    for (const process of this.#tree.processes()) {
      const before = this.#before.get(process.pid) ?? { cpuMs: 0, readBytes: 0 }
      const name = classOf(process)
      sums[name] ??= { cpuMs: 0, readBytes: 0 }
      const sum = sums[name]
      sum.cpuMs += process.cpuMs - before.cpuMs
      sum.readBytes += process.readBytes - before.readBytes
    }
    return sums
  }

  /** A last look; before the tree ends, what its processes did at their very end is not in it. */
  stop(): void {
    this.#look()
    this.#stopped = true
    clearInterval(this.#timer)
  }

  #look(): void {
    if (!this.#stopped) this.#tree.add(descendantsOf(this.#rootPid, listProcesses()))
  }
}

/**
 * What each process of a tree did itself, from one look after another.
 *
 * Linux adds what an ended child has read to its parent's count when the parent takes note of the end; that is
 * taken off again, or the bytes of every child would count once more for each process above it.
 */
export class TreeUsage {
  readonly #latest = new Map<number, ProcessUsage>()
  readonly #ownReadBytes = new Map<number, number>()
  readonly #inheritedBytes = new Map<number, number>()
  readonly #ended = new Set<number>()

  add(processes: readonly ProcessUsage[]): void {
    const listed = new Set(processes.map(({ pid }) => pid))
    for (const { pid, parentPid, readBytes } of this.#latest.values()) {
      if (listed.has(pid) || this.#ended.has(pid)) continue
      this.#ended.add(pid)
      this.#inheritedBytes.set(parentPid, (this.#inheritedBytes.get(parentPid) ?? 0) + readBytes)
    }
    for (const process of processes) this.#addOne(process)
  }

  #addOne(process: ProcessUsage): void {
    const { pid, cpuMs } = process
    const before = this.#latest.get(pid)
    // One that has ended and is still listed has no name and shows nothing read.
    const latest = process.command === '' && before ? { ...before, cpuMs } : process
    this.#latest.set(pid, latest)
    const own = latest.readBytes - (this.#inheritedBytes.get(pid) ?? 0)
    // Never less than before: a child may vanish within the look, after its parent's count was taken.
    this.#ownReadBytes.set(pid, Math.max(own, this.#ownReadBytes.get(pid) ?? 0))
  }

  processes(): ProcessUsage[] {
    return [...this.#latest.values()].map((process) => ({
      ...process,
      readBytes: this.#ownReadBytes.get(process.pid) ?? 0,
    }))
  }
}

export function totalOf(usage: UsageByClass): Usage {
  return Object.values(usage).reduce(
    (sum, { cpuMs, readBytes }) => ({ cpuMs: sum.cpuMs + cpuMs, readBytes: sum.readBytes + readBytes }),
    { cpuMs: 0, readBytes: 0 },
  )
}
