import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { AppError } from '../../protocol/errors.ts'
import type { SourceReport, SourceSample } from '../../protocol/sources.ts'
import { proveSource } from './prove-source.ts'
import type { Entry, SourceBook } from './source-book.ts'

/** New libraries are noticed, and failed sources tried again, this often. */
const INTERVAL_MS = 60_000
/** A proof so young is believed, however many files fail meanwhile. */
const FRESH_MS = 60_000
/** Whoever waits for a library's first proof looks so often, and so long. */
const TRY_LOOK_MS = 200
const TRY_LIMIT_MS = 20_000

export type SourceProverOptions = {
  book: SourceBook
  log: Logger
  /** Asks the coordinator. @throws while it cannot be reached */
  askSamples: (signal: AbortSignal) => Promise<readonly SourceSample[]>
  sendReport: (sources: SourceReport[], signal: AbortSignal) => Promise<void>
  intervalMs?: number
}

/**
 * Finds out which sources read which libraries, before jobs need them and after they have failed.
 *
 * idle → running: `start()`; a round every minute, and at once after `nudge()`: asks for samples, tries what is due, one
 *   after the other, and tells the coordinator. A round that fails is tried again with the next.
 * running → stopped: `stop()`, which ends a proof that runs.
 */
export class SourceProver {
  readonly #options: SourceProverOptions
  readonly #stopping = new AbortController()
  #nudged = Promise.withResolvers<void>()
  #loop: Promise<void> | undefined
  readonly #proving = new Map<string, Promise<void>>()

  constructor(options: SourceProverOptions) {
    this.#options = options
  }

  start(): void {
    this.#loop ??= this.#run()
  }

  /** The coordinator has just been met: it may know more libraries, and less of this agent. */
  nudge(): void {
    this.#nudged.resolve()
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new AppError('unavailable', 'The agent is stopping'))
    this.#nudged.resolve()
    await this.#loop
  }

  /**
   * Waits until it is known whether a source of this machine reads a library: of one that is new nothing is, for a
   * moment.
   *
   * @throws the signal's reason
   */
  async untilTried(libraryId: number, signal: AbortSignal): Promise<void> {
    const { book } = this.#options
    if (book.isTried(libraryId)) return
    this.nudge()
    const endsAt = performance.now() + TRY_LIMIT_MS
    while (!book.isTried(libraryId) && performance.now() < endsAt) {
      await sleep(TRY_LOOK_MS, undefined, { signal }).catch(() => signal.throwIfAborted())
    }
  }

  /** A source failed as a whole: it rests from now on, also for the coordinator. */
  async fail(entry: Entry, error: unknown): Promise<void> {
    this.#noteFailure(entry, error)
    await this.#report()
  }

  /** Whether a source still reads its library, after it could not read one file of it. */
  async isStillGood(entry: Entry): Promise<boolean> {
    const { book } = this.#options
    const provedForMs = book.provedForMs(entry)
    if (provedForMs === undefined) return false
    if (provedForMs < FRESH_MS) return true
    await this.#prove(entry)
    await this.#report()
    return book.standing(entry).state === 'proved'
  }

  async #run(): Promise<void> {
    const { log, intervalMs = INTERVAL_MS } = this.#options
    const { signal } = this.#stopping
    while (!signal.aborted) {
      this.#nudged = Promise.withResolvers()
      await this.#round().catch((error) => {
        if (!signal.aborted) log.debug({ err: error }, 'sources could not be looked after; trying again')
      })
      const waiting = new AbortController()
      await Promise.race([this.#nudged.promise, sleep(intervalMs, undefined, { signal: waiting.signal })])
      waiting.abort()
    }
  }

  async #round(): Promise<void> {
    const { book, askSamples } = this.#options
    const { signal } = this.#stopping
    book.setSamples(await askSamples(signal))
    await this.#report()
    for (const entry of book.due()) {
      signal.throwIfAborted()
      await this.#prove(entry)
      await this.#report()
    }
  }

  /** Once at a time for each, whoever asks. */
  #prove(entry: Entry): Promise<void> {
    const key = `${entry.sample.libraryId} ${entry.place}`
    const running = this.#proving.get(key)
    if (running) return running
    const proof = this.#proveNow(entry).finally(() => this.#proving.delete(key))
    this.#proving.set(key, proof)
    return proof
  }

  async #proveNow(entry: Entry): Promise<void> {
    const { book, log } = this.#options
    const { signal } = this.#stopping
    const { sample, source } = entry
    try {
      const measured = await proveSource(source, sample, signal)
      const isNews = book.standing(entry).state !== 'proved'
      book.prove(entry, measured)
      const facts = { library: sample.libraryName, source: source.label, ...measured }
      if (isNews) log.info(facts, 'a source is proved')
    } catch (error) {
      if (!signal.aborted) this.#noteFailure(entry, error)
    }
  }

  #noteFailure(entry: Entry, error: unknown): void {
    const { book, log } = this.#options
    const { sample, source } = entry
    const isNews = book.standing(entry).state !== 'failed'
    book.fail(entry, error)
    const reason = error instanceof Error ? error.message : String(error)
    const facts = { library: sample.libraryName, source: source.label, reason }
    log[isNews ? 'warn' : 'debug'](facts, 'a source cannot be used; it is tried again later')
  }

  /** The coordinator learns the whole again with the next greeting if this does not arrive. */
  async #report(): Promise<void> {
    const { book, log, sendReport } = this.#options
    const { signal } = this.#stopping
    await sendReport(book.report(), signal).catch((error) => {
      if (!signal.aborted) log.debug({ err: error }, 'sources could not be reported')
    })
  }
}
