import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { Database } from '../db/database.ts'
import { freshDatabase } from '../db/testing/fresh-database.ts'
import { makeLane } from '../testing/make-lane.ts'
import { VaultActor } from '../testing/vault-actor.ts'
import { retryDeadJobs } from './control.ts'

const MANY = 20_000

/** Jobs of a library, better than any other, whose files need not exist. */
async function insertJobs(db: Database, libraryId: number, state: 'queued' | 'dead'): Promise<void> {
  const laneId = await makeLane(db, libraryId)
  await sql`insert into job (lane_id, kind, state, priority, order_key, library_id, subject_id)
    select ${laneId}::bigint, 'file.ingest', ${state}, 20, 9999999999, ${libraryId}, 1000000 + n
    from generate_series(1, ${MANY}) n`.execute(db)
  await sql`analyze job`.execute(db)
}

test('twenty thousand dead jobs are queued again in one go, each subject once', async () => {
  await using fresh = await freshDatabase()
  const vault = await VaultActor.create(fresh.db)
  await insertJobs(fresh.db, vault.libraryId, 'dead')
  await insertJobs(fresh.db, vault.libraryId, 'dead')
  // It took minutes when each looked for its twins.
  expect(await retryDeadJobs(fresh.db, { kind: 'file.ingest' }, null)).toBe(MANY)
}, 20_000)
