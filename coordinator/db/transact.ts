import { sql } from 'kysely'
import pg from 'pg'
import type { Database, DatabaseTransaction } from './database.ts'

const SERIALIZATION_FAILURE = '40001'
const DEADLOCK = '40P01'
const MAX_TRIES = 5

/**
 * Runs `work` in one transaction; again, from the start, when it lost against a concurrent one.
 *
 * `durable: false` is for what a scan or a worker would simply do again after a power failure: the
 * commit does not wait for the disk. What people enter is always durable. `saidByWork` saves a round trip where
 * the first statement of the work itself sets `synchronous_commit`.
 */
export async function transact<T>(
  db: Database,
  options: { durable: boolean | 'saidByWork' },
  work: (tx: DatabaseTransaction) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await db.transaction().execute(async (tx) => {
        if (options.durable === false) await sql`set local synchronous_commit = off`.execute(tx)
        return await work(tx)
      })
    } catch (error) {
      if (tries === MAX_TRIES || !lostAgainstAnother(error)) throw error
    }
  }
}

function lostAgainstAnother(error: unknown): boolean {
  return (
    error instanceof pg.DatabaseError && (error.code === SERIALIZATION_FAILURE || error.code === DEADLOCK)
  )
}
