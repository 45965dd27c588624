/** Room for eight reads of a megabyte at once, and some. */
const WANTED = 160
/** More than this no server means seriously. */
const MOST = 8_192

type Waiting = { charge: number; start: () => void }

/**
 * How much a client may ask before it must wait: each message costs credits and each answer brings some. A message
 * costs one for each 64 KiB that it moves.
 */
export class Credits {
  #free = 1
  #inUse = 0
  readonly #waiting: Waiting[] = []

  /** The most that one message can ever cost, as things stand. */
  get total(): number {
    return this.#free + this.#inUse
  }

  /** Waits for room, in the order of asking. @throws the signal's reason */
  async take(charge: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#waiting.length === 0 && this.#free >= charge) {
      this.#spend(charge)
      return
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const waiting: Waiting = { charge, start: resolve }
    const onAbort = () => {
      const at = this.#waiting.indexOf(waiting)
      if (at >= 0) this.#waiting.splice(at, 1)
      reject(signal.reason)
      this.#startWaiting()
    }
    this.#waiting.push(waiting)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      await promise
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  /** How many to ask for with a message that costs `charge`. */
  wanted(charge: number): number {
    return Math.max(charge, WANTED - this.total + charge)
  }

  /** An answer brought credits. */
  grant(credits: number): void {
    this.#free = Math.min(MOST, this.#free + credits)
    this.#startWaiting()
  }

  /** A message that cost so much has its last answer. */
  settle(charge: number): void {
    this.#inUse -= charge
  }

  #spend(charge: number): void {
    this.#free -= charge
    this.#inUse += charge
  }

  #startWaiting(): void {
    for (let next = this.#waiting[0]; next && this.#free >= next.charge; next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#spend(next.charge)
      next.start()
    }
  }
}
