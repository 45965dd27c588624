import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { Database, DatabaseTransaction } from './db/database.ts'
import { transact } from './db/transact.ts'
import { forgetGoneCoordinators } from './hub/presence.ts'
import { closeScans } from './intake/close-scans.ts'
import { pruneScans } from './intake/prune-scans.ts'
import { scanOfflineLibraries } from './intake/scan-offline-libraries.ts'
import { foldTally } from './jobs/fold-tally.ts'
import { type KeepDays, pruneJobs } from './jobs/prune-jobs.ts'
import { returnExpired, shortenLeases } from './jobs/return-jobs.ts'
import { wakeJobs } from './jobs/wake-jobs.ts'
import { Rounds } from './rounds.ts'
import { pruneWakes } from './wake/wake-records.ts'

const INTERVAL_MS = 2_000
const PRUNE_INTERVAL_MS = 10 * 60_000
/** Names the lock among those of this database; any number that nobody else uses. */
const LOCK = 7_243_219

export type HousekeepingOptions = {
  db: Database
  log: Logger
  keepDays: KeepDays
  leaseTtlMs: number
  /** Jobs can be leased that could not be before. */
  onReturned: (jobs: number) => void
}

/**
 * The periodic work of the coordinators on one database: returns expired leases, wakes jobs whose time has come,
 * looks after libraries that are offline, and keeps tables short. At any moment one coordinator does it, by an
 * advisory lock that ends with its transaction: when that one is killed, the next simply takes its turn.
 *
 * idle → running: `start()`. A failed round is logged and the next one tries again.
 * running → stopped: `stop()`, which waits for the round in flight.
 */
export class Housekeeping {
  readonly #options: HousekeepingOptions
  readonly #rounds: Rounds
  #prunedAt = Number.NEGATIVE_INFINITY

  constructor(options: HousekeepingOptions) {
    this.#options = options
    this.#rounds = new Rounds({
      log: options.log,
      intervalMs: INTERVAL_MS,
      round: (signal) => this.#round(signal),
      failure: 'housekeeping failed; trying again',
    })
  }

  start(): void {
    this.#rounds.start()
  }

  stop(): Promise<void> {
    return this.#rounds.stop()
  }

  async #round(signal: AbortSignal): Promise<void> {
    const { log, onReturned, keepDays, leaseTtlMs } = this.#options
    await this.#alone((tx) => shortenLeases(tx, leaseTtlMs))
    const returned = (await this.#alone(returnExpired)) ?? 0
    if (returned > 0) log.warn({ leases: returned }, 'leases ran out; their jobs are queued again')
    const woken = (await this.#alone(wakeJobs)) ?? 0
    if (returned + woken > 0) onReturned(returned + woken)
    await this.#alone(scanOfflineLibraries)
    await this.#alone(closeScans)
    await this.#alone(foldTally)
    await this.#alone((tx) => sql`delete from session where expires_at < now()`.execute(tx))

    if (performance.now() - this.#prunedAt < PRUNE_INTERVAL_MS) return
    this.#prunedAt = performance.now()
    while (!signal.aborted && ((await this.#alone((tx) => pruneJobs(tx, keepDays))) ?? 0) > 0);
    await this.#alone(pruneScans)
    await this.#alone(pruneWakes)
    await this.#alone(forgetGoneCoordinators)
  }

  /** Nothing is done, and undefined returned, while another coordinator is at it. */
  #alone<T>(work: (tx: DatabaseTransaction) => Promise<T>): Promise<T | undefined> {
    return transact(this.#options.db, { durable: false }, async (tx) => {
      const { rows } = await sql<{
        mine: boolean
      }>`select pg_try_advisory_xact_lock(${LOCK}) as mine`.execute(tx)
      return rows[0]?.mine ? await work(tx) : undefined
    })
  }
}
