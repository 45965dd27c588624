/** What may be spent at once, and how fast it comes back. */
export type BudgetRate = { burst: number; perSecond: number }

export type SocketRates = { messages: BudgetRate; bytes: BudgetRate }

/**
 * A token bucket: full at the start, refilled steadily, never above its burst.
 *
 * Times are milliseconds of one clock that does not go back.
 */
export class TokenBucket {
  readonly #rate: BudgetRate
  #tokens: number
  #filledAtMs: number

  constructor(rate: BudgetRate, nowMs: number) {
    this.#rate = rate
    this.#tokens = rate.burst
    this.#filledAtMs = nowMs
  }

  /** False when there is not enough; nothing is taken then. */
  take(cost: number, nowMs: number): boolean {
    const gained = ((nowMs - this.#filledAtMs) / 1_000) * this.#rate.perSecond
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + gained)
    this.#filledAtMs = nowMs
    if (cost > this.#tokens) return false
    this.#tokens -= cost
    return true
  }
}

/** What one socket may send. */
export class SocketBudget {
  readonly #messages: TokenBucket
  readonly #bytes: TokenBucket

  constructor(rates: SocketRates, nowMs: number) {
    this.#messages = new TokenBucket(rates.messages, nowMs)
    this.#bytes = new TokenBucket(rates.bytes, nowMs)
  }

  /** Counts one message; false when the socket has sent more than it may. */
  spend(bytes: number, nowMs: number): boolean {
    return this.#messages.take(1, nowMs) && this.#bytes.take(bytes, nowMs)
  }
}
