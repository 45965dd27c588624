import { sql } from 'kysely'
import type { WriteBackState } from '../../protocol/edits.ts'
import { jobContracts } from '../../protocol/jobs.ts'
import type { DatabaseTransaction } from '../db/database.ts'
import { enqueueJobs } from '../jobs/enqueue.ts'

/** Somebody who edits without a pause gets a write after this many quiet times all the same. */
const MOST_QUIET_TIMES = 10

export type RoutedWrite = { assetId: number; libraryId: number; state: WriteBackState; quietMs: number }

/** Queues the writing of what is pending, after the quiet time of each; one open job for each asset. */
export async function queueWrites(tx: DatabaseTransaction, routed: readonly RoutedWrite[]): Promise<void> {
  const pending = routed.filter(({ state }) => state === 'pending')
  const now = Date.now()
  const postponed = await postpone(
    tx,
    pending.filter(({ quietMs }) => quietMs > 0),
  )
  await enqueueJobs(
    tx,
    pending
      .filter(({ assetId }) => !postponed.has(assetId))
      .map(({ assetId, libraryId, quietMs }) => ({
        kind: 'sidecar.write',
        contract: jobContracts['sidecar.write'],
        subjectId: assetId,
        libraryId,
        ...(quietMs === 0 ? {} : { runAfter: new Date(now + quietMs) }),
      })),
  )
}

/**
 * A write that is already queued waits for the quiet after this edit, but not for ever.
 *
 * @returns the assets that have one
 */
async function postpone(tx: DatabaseTransaction, pending: readonly RoutedWrite[]): Promise<Set<number>> {
  if (pending.length === 0) return new Set()
  const { rows } = await sql<{ assetId: number }>`
    update job set waiting = true,
      run_after = least(greatest(run_after, now() + quiet), created_at + quiet * ${MOST_QUIET_TIMES})
    from (select asset_id, quiet_ms * interval '1 millisecond' as quiet from unnest(
      ${pending.map((row) => row.assetId)}::bigint[], ${pending.map((row) => row.quietMs)}::integer[])
      as given (asset_id, quiet_ms)) given
    where job.kind = 'sidecar.write' and job.subject_id = given.asset_id and job.state = 'queued'
      and job.failures = 0
    returning job.subject_id as "assetId"`.execute(tx)
  return new Set(rows.map(({ assetId }) => assetId))
}
