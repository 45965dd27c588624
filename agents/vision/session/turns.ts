type Waiting = { isUrgent: boolean; begin: () => void }

/** Lets only so many work at once; of those that wait, what somebody waits for comes first. */
export class Turns {
  #free: number
  readonly #waiting: Waiting[] = []

  constructor(atOnce: number) {
    this.#free = atOnce
  }

  async take<T>(isUrgent: boolean, work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1
    else await this.#wait(isUrgent)
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      // The turn goes from hand to hand.
      if (next) next.begin()
      else this.#free += 1
    }
  }

  #wait(isUrgent: boolean): Promise<void> {
    return new Promise((begin) => {
      const at = this.#waiting.findLastIndex((other) => other.isUrgent || !isUrgent)
      this.#waiting.splice(at + 1, 0, { isUrgent, begin })
    })
  }
}
