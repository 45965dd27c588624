import { sql } from 'kysely'
import { jobContracts } from '../../protocol/jobs.ts'
import type { DatabaseTransaction } from '../db/database.ts'
import { enqueueJobs } from '../jobs/enqueue.ts'

/** Somebody who edits without a pause gets a write after this many quiet times all the same. */
const MOST_QUIET_TIMES = 10

/**
 * Sends what is wanted and not yet written on its way, as the libraries' policies are now: to a job, to an
 * administrator, or nowhere. Conflicts wait for a person. The caller holds the assets' locks.
 *
 * @param approved an administrator has let these out, or a person has asked for another try
 */
export async function routeWriteBacks(
  tx: DatabaseTransaction,
  assetIds: readonly number[],
  { approved = false }: { approved?: boolean } = {},
): Promise<void> {
  if (assetIds.length === 0) return
  const { rows } = await sql<{ assetId: number; libraryId: number; state: string; quietMs: number }>`
    update write_back set
      state = case when library.write_back = 'off' then 'kept_here'
        when library.write_back_approval and not ${approved} then 'waiting_approval' else 'pending' end,
      reason = case when library.write_back = 'off' then 'library_off' end, message = null, changed_at = now()
    from library
    where library.id = write_back.library_id and write_back.asset_id = any(${[...assetIds]}::bigint[])
      and write_back.state <> 'conflict' and wanted_revision > written_revision
    returning asset_id as "assetId", library.id as "libraryId", write_back.state,
      write_back_quiet_ms as "quietMs"`.execute(tx)
  const pending = rows.filter((row) => row.state === 'pending')
  const now = Date.now()
  await enqueueJobs(
    tx,
    pending.map(({ assetId, libraryId, quietMs }) => ({
      kind: 'sidecar.write',
      contract: jobContracts['sidecar.write'],
      subjectId: assetId,
      libraryId,
      ...(approved || quietMs === 0 ? {} : { runAfter: new Date(now + quietMs) }),
    })),
  )
  await postpone(
    tx,
    pending.filter(({ quietMs }) => !approved && quietMs > 0),
  )
}

/** A write that is already queued waits for the quiet after this edit, but not for ever. */
async function postpone(
  tx: DatabaseTransaction,
  pending: readonly { assetId: number; quietMs: number }[],
): Promise<void> {
  if (pending.length === 0) return
  await sql`
    update job set waiting = true,
      run_after = least(greatest(run_after, now() + quiet), created_at + quiet * ${MOST_QUIET_TIMES})
    from (select asset_id, quiet_ms * interval '1 millisecond' as quiet from unnest(
      ${pending.map((row) => row.assetId)}::bigint[], ${pending.map((row) => row.quietMs)}::integer[])
      as given (asset_id, quiet_ms)) given
    where job.kind = 'sidecar.write' and job.subject_id = given.asset_id and job.state = 'queued'
      and job.failures = 0 and job.created_at < now()`.execute(tx)
}
