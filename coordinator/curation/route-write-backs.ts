import { type RawBuilder, sql } from 'kysely'
import type { DatabaseTransaction } from '../db/database.ts'
import { queueWrites, type RoutedWrite } from './queue-writes.ts'

/** The state of what is wanted, as the policy of `library` is now. */
export function routedState(approved: boolean): RawBuilder<unknown> {
  return sql`case when library.write_back = 'off' then 'kept_here'
    when library.write_back_approval and not ${approved} then 'waiting_approval' else 'pending' end`
}

export const routedReason: RawBuilder<unknown> = sql`case when library.write_back = 'off' then 'library_off' end`

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
  const { rows } = await sql<RoutedWrite>`
    update write_back set state = ${routedState(approved)}, reason = ${routedReason}, message = null,
      changed_at = now()
    from library
    where library.id = write_back.library_id and write_back.asset_id = any(${[...assetIds]}::bigint[])
      and write_back.state <> 'conflict' and wanted_revision > written_revision
    returning asset_id as "assetId", library.id as "libraryId", write_back.state,
      write_back_quiet_ms as "quietMs"`.execute(tx)
  await queueWrites(tx, approved ? rows.map((row) => ({ ...row, quietMs: 0 })) : rows)
}
