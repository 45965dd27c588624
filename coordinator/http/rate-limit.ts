import { AppError } from '../../protocol/errors.ts'

export type RateLimitOptions = {
  /** Tries in each window. */
  limit: number
  windowMs: number
  now?: () => number
}

/** So that a flood of invented names cannot fill the memory. */
const MAX_KEYS = 10_000

/**
 * Counts tries for each key in fixed windows. Every try counts, also one that succeeds, so that a password
 * cannot be tried under cover of another's sign-in.
 */
export class RateLimit {
  readonly #options: RateLimitOptions
  readonly #now: () => number
  readonly #windows = new Map<string, { tries: number; endsAt: number }>()

  constructor(options: RateLimitOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
  }

  /** @throws AppError `too_many_requests` */
  count(key: string): void {
    const now = this.#now()
    const known = this.#windows.get(key)
    const window = known && known.endsAt > now ? known : { tries: 0, endsAt: now + this.#options.windowMs }
    window.tries += 1
    // Set anew, so that the map stays in the order of last use and the oldest go first.
    this.#windows.delete(key)
    this.#windows.set(key, window)
    if (this.#windows.size > MAX_KEYS) this.#windows.delete(this.#windows.keys().next().value!)
    if (window.tries > this.#options.limit) {
      const seconds = Math.ceil((window.endsAt - now) / 1_000)
      throw new AppError('too_many_requests', `Too many tries; try again in ${seconds} seconds`, {
        details: { retryAfterSeconds: seconds },
      })
    }
  }
}
