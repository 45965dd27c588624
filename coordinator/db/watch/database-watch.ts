import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { DatabaseFacts, DatabaseView } from '../../../protocol/database.ts'
import { DatabaseAwayError, reasonOf } from '../database-error.ts'
import { describeDatabase, judgeDatabase } from './judge-database.ts'
import { LatencyWindow } from './latency-window.ts'
import { type FactsSource, readFacts } from './read-facts.ts'

const MEASURE_INTERVAL_MS = 2_000
/** A database that is silent for so long counts as away, although the line to it stands. */
const ANSWER_LIMIT_MS = 10_000
/** Several screens and a monitoring system may ask at once. */
const FACTS_KEPT_MS = 3_000

export type DatabaseWatchOptions = FactsSource & {
  log: Logger
  /** It was away and answers again: what was not asked or told meanwhile can be now. */
  onBack?: () => void
}

/**
 * Keeps an eye on the database: whether it answers, how fast, and what there is to know about it.
 *
 * idle → answering: `start()`; `select 1` is asked every two seconds from then on.
 * answering ⇄ away: an answer failed or did not come in ten seconds, and one came again. Each change is logged once.
 * any → stopped: `stop()`.
 */
export class DatabaseWatch {
  readonly #options: DatabaseWatchOptions
  readonly #latency = new LatencyWindow()
  readonly #stopping = new AbortController()
  #awaySince: number | undefined
  #loop: Promise<void> | undefined
  #facts: { at: number; reading: Promise<DatabaseFacts> } | undefined

  constructor(options: DatabaseWatchOptions) {
    this.#options = options
  }

  /** One that came with Hearth, rather than a server. */
  get isEmbedded(): boolean {
    return !('url' in this.#options.address)
  }

  start(): void {
    this.#loop ??= this.#run(this.#stopping.signal)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#loop
  }

  /** @throws DatabaseAwayError */
  readFacts(): Promise<DatabaseFacts> {
    const now = performance.now()
    if (!this.#facts || now - this.#facts.at > FACTS_KEPT_MS) {
      this.#facts = { at: now, reading: readFacts(this.#options, this.#latency.read()) }
      this.#facts.reading.catch(() => {
        this.#facts = undefined
      })
    }
    return this.#facts.reading
  }

  /** @throws DatabaseAwayError */
  async readView(): Promise<DatabaseView & { facts: DatabaseFacts }> {
    const facts = await this.readFacts()
    const advice = judgeDatabase(facts, Date.now())
    return { ...describeDatabase(facts, advice), advice, facts }
  }

  /** @throws DatabaseAwayError when no answer comes in time */
  async requireAnswer(limitMs = ANSWER_LIMIT_MS): Promise<void> {
    const silence = new AbortController()
    const answer = sql`select 1`.execute(this.#options.db)
    // Whoever gave up does not hear of it any more.
    answer.catch(() => {})
    try {
      await Promise.race([answer, giveUp(limitMs, AbortSignal.any([silence.signal, this.#stopping.signal]))])
    } finally {
      silence.abort()
    }
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#measure()
      await sleep(MEASURE_INTERVAL_MS, undefined, { signal }).catch(() => {})
    }
  }

  async #measure(): Promise<void> {
    const { log, onBack } = this.#options
    const askedAt = performance.now()
    try {
      await this.requireAnswer()
    } catch (error) {
      this.#latency.add(askedAt, null)
      if (this.#awaySince === undefined && !this.#stopping.signal.aborted)
        log.error({ reason: reasonOf(error) }, 'the database does not answer')
      this.#awaySince ??= askedAt
      return
    }
    const now = performance.now()
    this.#latency.add(askedAt, now - askedAt)
    if (this.#awaySince === undefined) return
    log.info({ awayMs: Math.round(now - this.#awaySince) }, 'the database answers again')
    this.#awaySince = undefined
    onBack?.()
  }
}

async function giveUp(limitMs: number, signal: AbortSignal): Promise<never> {
  await sleep(limitMs, undefined, { signal })
  throw new DatabaseAwayError(new Error(`no answer in ${limitMs / 1_000} s`))
}
