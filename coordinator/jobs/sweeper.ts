import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { Database } from '../db/database.ts'
import { returnExpired } from './return-jobs.ts'
import { scanOfflineLibraries } from './scan-offline-libraries.ts'

const INTERVAL_MS = 2_000
/** Rows of the tally beyond which it is folded into one row for each kind and state. */
const FOLD_ABOVE_ROWS = 500

export type SweeperOptions = { db: Database; log: Logger; onReturned: (leases: number) => void }

/**
 * Returns expired leases to the queue, looks after libraries that are offline and keeps the job counters short.
 *
 * idle → running: `start()`. A failed round is logged once and waits for the next.
 * running → stopped: `stop()`, which waits for the round in flight.
 */
export class Sweeper {
  readonly #options: SweeperOptions
  readonly #stopping = new AbortController()
  #loop: Promise<void> | undefined

  constructor(options: SweeperOptions) {
    this.#options = options
  }

  start(): void {
    this.#loop ??= this.#run(this.#stopping.signal)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#loop
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { db, log, onReturned } = this.#options
    while (!signal.aborted) {
      try {
        const returned = await returnExpired(db)
        if (returned > 0) {
          log.warn({ leases: returned }, 'leases ran out; their jobs are queued again')
          onReturned(returned)
        }
        await scanOfflineLibraries(db)
        await foldTally(db)
        await sql`delete from session where expires_at < now()`.execute(db)
      } catch (error) {
        log.warn({ err: error }, 'sweep failed; trying again')
      }
      await sleep(INTERVAL_MS, undefined, { signal }).catch(() => {})
    }
  }
}

/** Replaces the tally's rows by their sums, in one statement, so that readers see the one or the other. */
export async function foldTally(db: Database): Promise<void> {
  const { rows } = await sql<{ count: number }>`select count(*) from job_tally`.execute(db)
  if ((rows[0]?.count ?? 0) <= FOLD_ABOVE_ROWS) return
  await sql`
    with gone as (delete from job_tally returning kind, state, amount)
    insert into job_tally (kind, state, amount)
    select kind, state, sum(amount) from gone group by kind, state having sum(amount) <> 0`.execute(db)
}
