import type { Logger } from 'pino'
import type { Database } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import { Rounds } from '../rounds.ts'
import { keepVectorIndex } from '../search/vector-index.ts'
import { foldLooks } from './fold-looks.ts'
import { pruneQuestions } from './prune-questions.ts'
import { runSweepStep } from './run-sweeps.ts'
import { settleSearch } from './settle-search.ts'
import { sweepForgotten } from './sweep-forgotten.ts'

const INTERVAL_MS = 2_000
const INDEX_INTERVAL_MS = 60_000
const TIDY_INTERVAL_MS = 60 * 60_000

export type VisionKeeperOptions = {
  db: Database
  log: Logger
  /** A Postgres server, on which an index can be built beside everything else. */
  isShared: boolean
  /** Looks have been queued. */
  onQueued: () => void
}

/**
 * The work around models that no request waits for: queues looks in steps, keeps the index for searching, and forgets
 * old questions. Each coordinator runs one; rows and locks see to it that nothing is done twice.
 *
 * idle → running: `start()`. A failed round is logged and the next one tries again.
 * running → stopped: `stop()`, which waits for the step in flight. An index that is being built is broken off with the
 *   connection, and built by the next life.
 */
export class VisionKeeper {
  readonly #options: VisionKeeperOptions
  readonly #rounds: Rounds
  #tidiedAt = Number.NEGATIVE_INFINITY
  #indexedAt = Number.NEGATIVE_INFINITY
  #isIndexing = false

  constructor(options: VisionKeeperOptions) {
    this.#options = options
    this.#rounds = new Rounds({
      log: options.log,
      intervalMs: INTERVAL_MS,
      round: (signal) => this.#round(signal),
      failure: 'looking after models failed; trying again',
    })
  }

  start(): void {
    this.#rounds.start()
  }

  stop(): Promise<void> {
    return this.#rounds.stop()
  }

  async #round(signal: AbortSignal): Promise<void> {
    const { db, log, onQueued } = this.#options
    if (performance.now() - this.#tidiedAt >= TIDY_INTERVAL_MS) {
      await pruneQuestions(db)
      await sweepForgotten(db)
      this.#tidiedAt = performance.now()
    }
    while (!signal.aborted) {
      const queued = await transact(db, { durable: false }, runSweepStep)
      if (queued === undefined) break
      if (queued > 0) onQueued()
    }
    await transact(db, { durable: false }, foldLooks)
    if (await settleSearch(db)) log.info('the model in use answers searches now')
    this.#keepIndex()
  }

  /** Beside the rest, because it takes minutes. */
  #keepIndex(): void {
    const { db, log, isShared } = this.#options
    if (!isShared || this.#isIndexing || performance.now() - this.#indexedAt < INDEX_INTERVAL_MS) return
    this.#isIndexing = true
    keepVectorIndex(db, log)
      .catch((error) =>
        this.#rounds.report(error, 'the index for searching could not be built; trying again'),
      )
      .finally(() => {
        this.#isIndexing = false
        this.#indexedAt = performance.now()
      })
  }
}
