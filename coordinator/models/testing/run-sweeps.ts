import type { Database } from '../../db/database.ts'
import { transact } from '../../db/transact.ts'
import { runSweepStep } from '../run-sweeps.ts'

/** Takes every sweep to its end. Returns the number of jobs that were queued. */
export async function runSweeps(db: Database): Promise<number> {
  for (let jobs = 0; ; ) {
    const queued = await transact(db, { durable: false }, runSweepStep)
    if (queued === undefined) return jobs
    jobs += queued
  }
}
