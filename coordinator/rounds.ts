import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { DatabaseAwayError } from './db/database-error.ts'

export type RoundsOptions = {
  log: Logger
  /** From the end of one round to the beginning of the next. */
  intervalMs: number
  /** The first round waits for that time too. */
  restsFirst?: boolean
  round: (signal: AbortSignal) => Promise<void>
  /** What is logged when a round fails. */
  failure: string
}

/**
 * Does something over and over beside everything else.
 *
 * idle → running: `start()`. A round that fails is logged, unless the database is away, which its watch says once;
 *   the next one tries again.
 * running → stopped: `stop()`, which waits for the round in flight.
 */
export class Rounds {
  readonly #options: RoundsOptions
  readonly #stopping = new AbortController()
  #loop: Promise<void> | undefined

  constructor(options: RoundsOptions) {
    this.#options = options
  }

  /** Aborted when `stop` is called. */
  get stopping(): AbortSignal {
    return this.#stopping.signal
  }

  start(): void {
    this.#loop ??= this.#run(this.#stopping.signal)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#loop
  }

  /** Logs what went wrong beside a round as it would of the round. */
  report(error: unknown, failure: string): void {
    if (this.#stopping.signal.aborted || error instanceof DatabaseAwayError) return
    this.#options.log.warn({ err: error }, failure)
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { intervalMs, restsFirst = false, round, failure } = this.#options
    const rest = () => sleep(intervalMs, undefined, { signal }).catch(() => {})
    if (restsFirst) await rest()
    while (!signal.aborted) {
      await round(signal).catch((error) => this.report(error, failure))
      await rest()
    }
  }
}
