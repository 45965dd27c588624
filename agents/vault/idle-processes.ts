/**
 * Processes that wait for work, by the group of roots that they may read.
 *
 * One group alone keeps `size` of them. With more groups each may keep one more, so that two libraries
 * that are read in turns do not start a process for every file.
 */
export class IdleProcesses<T> {
  readonly #size: number
  readonly #groups = new Set<string>()
  /** The one that has waited longest first. */
  #waiting: { group: string; process: T }[] = []

  constructor(size: number) {
    this.#size = size
  }

  /** The one of a group that has worked last. */
  take(group: string): T | undefined {
    this.#groups.add(group)
    const index = this.#waiting.findLastIndex((entry) => entry.group === group)
    return index === -1 ? undefined : this.#waiting.splice(index, 1)[0]?.process
  }

  put(group: string, process: T): void {
    this.#waiting.push({ group, process })
  }

  /** The one that has to go before another one starts, while `all` run or wait; undefined when there is room. */
  takeSurplus(all: number): T | undefined {
    return all < this.#size + this.#groups.size - 1 ? undefined : this.#waiting.shift()?.process
  }

  /** All of a group. */
  takeAll(group: string): T[] {
    const taken = this.#waiting.filter((entry) => entry.group === group)
    this.#waiting = this.#waiting.filter((entry) => entry.group !== group)
    return taken.map(({ process }) => process)
  }
}
