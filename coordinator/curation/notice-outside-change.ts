import { sql } from 'kysely'
import type { Tags } from '../../protocol/ingest.ts'
import type { DatabaseTransaction } from '../db/database.ts'
import { storableJson } from '../intake/storable-json.ts'

/**
 * A known sidecar has been read and is another one than before. If a person's words are still on their way into it,
 * that is a conflict, also when it was one already: what a person has seen of it no longer counts. Else it is only read, and says what no person has said. A write that runs right now may have
 * made it, and finds out by itself.
 */
export async function noticeOutsideChange(
  tx: DatabaseTransaction,
  assetId: number,
  hash: Buffer,
  tags: Tags,
): Promise<void> {
  await sql`
    update write_back set state = 'conflict', reason = 'changed_outside', sidecar_hash = ${hash}, resolved_hash = null,
      message = 'The sidecar was changed by another program', theirs = ${storableJson(tags)}, changed_at = now()
    where asset_id = ${assetId} and state in ('pending', 'waiting_approval', 'failed', 'conflict')
      and wanted_revision > written_revision and sidecar_hash is distinct from ${hash}
      and not exists (select 1 from job where kind = 'sidecar.write' and subject_id = ${assetId} and state = 'leased')
      and not exists (select 1 from library where library.id = library_id and mirror_root is not null)`.execute(
    tx,
  )
}
