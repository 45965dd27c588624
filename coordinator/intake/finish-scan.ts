import { sql } from 'kysely'
import { AppError } from '../../protocol/errors.ts'
import { decodePathName, isWithin } from '../../protocol/path-name.ts'
import type { ScanResult } from '../../protocol/scan.ts'
import { judgeShrink } from '../catalog/judge-shrink.ts'
import type { DatabaseTransaction } from '../db/database.ts'
import { adoptMove } from './adopt-move.ts'
import { refreshAssets } from './refresh-assets.ts'
import type { ScanSession } from './scan-sessions.ts'

type ScanJob = { id: number; subjectId: number; fencingToken: number; acceptMissing: boolean }
type CompleteResult = Extract<ScanResult, { outcome: 'complete' }>

/**
 * Ends a scan: what was not listed is marked missing, unless so much is gone that a disk is likelier
 * than a person to be the cause. Nothing is ever deleted here.
 *
 * @throws AppError `scan_interrupted` when part of the scan was reported to a coordinator that is gone
 */
export async function finishScan(
  tx: DatabaseTransaction,
  session: ScanSession,
  job: ScanJob,
  result: ScanResult,
): Promise<void> {
  const libraryId = job.subjectId
  await sql`select 1 from library where id = ${libraryId} for no key update`.execute(tx)
  if (result.outcome === 'offline') {
    await setLibrary(tx, libraryId, 'offline', result.reason)
    await endScan(tx, job, session, { state: 'offline', reason: result.reason })
    return
  }
  await requireWhole(tx, session, result)

  const unseen = await findUnseen(tx, libraryId, session, result)
  const missing = [...session.missingFiles, ...unseen.fileIds]
  const verdict = judgeShrink({
    knownFiles: await countKnown(tx, libraryId),
    missingFiles: missing.length - (await countMoving(tx, job, missing)),
    listedFiles: result.files,
  })
  if (verdict.verdict !== 'accept' && !job.acceptMissing) {
    const state = verdict.verdict === 'hold' ? 'held' : 'offline'
    await setLibrary(tx, libraryId, state, verdict.reason)
    await endScan(tx, job, session, { state, reason: verdict.reason, result, missing: missing.length })
    return
  }

  const moved = await adoptMoves(tx, libraryId, missing)
  const gone = missing.filter((id) => !moved.has(id))
  await markMissing(tx, gone)
  await storeDigests(tx, session, unseen.folderIds)
  await setLibrary(tx, libraryId, 'online', null)
  await endScan(tx, job, session, { state: 'complete', result, missing: gone.length, moved: moved.size })
}

/**
 * What this scan reported may have gone in the meantime: with a coordinator that was restarted, or with
 * the last moments of a database that was, because listings do not wait for the disk.
 */
async function requireWhole(
  tx: DatabaseTransaction,
  session: ScanSession,
  result: CompleteResult,
): Promise<void> {
  const known = [...session.knownFolders.values()]
  const { rows } = await sql<{ count: number }>`
    select count(*) from folder
    join unnest(
      ${known.map(({ id }) => id)}::bigint[],
      ${known.map(({ digest }) => Buffer.from(digest, 'base64url'))}::bytea[]) as given (id, digest)
      on folder.id = given.id
    where folder.digest = given.digest or folder.id = any(${[...session.heldDigests.keys()]}::bigint[])`.execute(
    tx,
  )
  const isWhole =
    session.folders.size === result.folders &&
    new Set(known.map(({ id }) => id)).size === known.length &&
    rows[0]!.count === known.length
  if (isWhole) return
  throw new AppError(
    'scan_interrupted',
    `Part of this scan of ${result.folders} folders was lost, because the coordinator or the database was restarted; scanning again`,
  )
}

/** Folders the walk did not come by, with their files; what lies below an unreadable folder is unknown, not gone. */
async function findUnseen(
  tx: DatabaseTransaction,
  libraryId: number,
  session: ScanSession,
  result: CompleteResult,
) {
  const { rows } = await sql<{ id: number; path: Buffer }>`
    select id, path from folder where library_id = ${libraryId}
      and id <> all(${[...session.knownFolders.values()].map(({ id }) => id)}::bigint[])`.execute(tx)
  const folderIds = rows
    .filter((folder) => !result.unreadable.some((path) => isWithin(path, decodePathName(folder.path))))
    .map((folder) => folder.id)
  const files = await tx
    .selectFrom('asset_file')
    .select('id')
    .where('folder_id', '=', sql<number>`any(${folderIds}::bigint[])`)
    .where('state', '<>', 'missing')
    .execute()
  return { folderIds, fileIds: files.map((file) => file.id) }
}

async function countKnown(tx: DatabaseTransaction, libraryId: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select coalesce(sum(count), 0)::bigint as count from file_tally
    where library_id = ${libraryId} and state <> 'missing'`.execute(tx)
  return rows[0]!.count
}

/**
 * How many of the missing files seem to have moved: this scan has found a new file of the same size and
 * time. They are no reason for suspicion; whether they are the same is known when the new one is read.
 */
async function countMoving(
  tx: DatabaseTransaction,
  job: ScanJob,
  missing: readonly number[],
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from asset_file gone
    where gone.id = any(${[...missing]}::bigint[]) and exists (
      select 1 from asset_file arrived
      where arrived.library_id = gone.library_id and arrived.size_bytes = gone.size_bytes
        and arrived.mtime_us = gone.mtime_us and arrived.id > gone.id and arrived.state <> 'missing'
        and arrived.created_at >= (
          select started_at from scan where job_id = ${job.id} and fencing_token = ${job.fencingToken}))`.execute(
    tx,
  )
  return rows[0]!.count
}

/** Pairs what went with what came: same content, new since the file was last seen. */
async function adoptMoves(
  tx: DatabaseTransaction,
  libraryId: number,
  missing: readonly number[],
): Promise<Set<number>> {
  const { rows: pairs } = await sql<{ missingId: number; arrivedId: number; folderId: number }>`
    select distinct on (gone.id) gone.id as "missingId", arrived.id as "arrivedId", arrived.folder_id as "folderId"
    from asset_file gone
    join asset_file arrived on arrived.content_hash = gone.content_hash and arrived.size_bytes = gone.size_bytes
      and arrived.library_id = gone.library_id and arrived.id > gone.id and arrived.state = 'ingested'
    where gone.id = any(${[...missing]}::bigint[]) and arrived.id <> all(${[...missing]}::bigint[])
      and gone.library_id = ${libraryId}
    order by gone.id, arrived.id`.execute(tx)
  const adopted = new Set<number>()
  const taken = new Set<number>()
  for (const { missingId, arrivedId, folderId } of pairs) {
    if (taken.has(arrivedId)) continue
    taken.add(arrivedId)
    await sql`select 1 from folder where id = ${folderId} for update`.execute(tx)
    await adoptMove(tx, missingId, arrivedId)
    adopted.add(missingId)
  }
  return adopted
}

async function markMissing(tx: DatabaseTransaction, fileIds: readonly number[]): Promise<void> {
  if (fileIds.length === 0) return
  const { rows } = await sql<{ assetId: number | null }>`
    update asset_file set state = 'missing' where id = any(${[...fileIds]}::bigint[])
    returning asset_id as "assetId"`.execute(tx)
  await refreshAssets(tx, [...new Set(rows.flatMap((row) => row.assetId ?? []))])
}

/** Digests of folders whose missing files are now accepted; folders that went must be listed if they return. */
async function storeDigests(
  tx: DatabaseTransaction,
  session: ScanSession,
  unseen: readonly number[],
): Promise<void> {
  const held = [...session.heldDigests]
  await sql`
    update folder set digest = given.digest
    from unnest(${held.map(([id]) => id)}::bigint[], ${held.map(([, digest]) => digest)}::bytea[]) as given (id, digest)
    where folder.id = given.id`.execute(tx)
  await sql`update folder set digest = null where id = any(${[...unseen]}::bigint[]) and digest is not null`.execute(
    tx,
  )
}

async function setLibrary(
  tx: DatabaseTransaction,
  id: number,
  state: 'online' | 'offline' | 'held',
  reason: string | null,
): Promise<void> {
  await sql`update library set state = ${state}, state_reason = ${reason}, last_scan_at = now()
    where id = ${id}`.execute(tx)
}

async function endScan(
  tx: DatabaseTransaction,
  job: ScanJob,
  session: ScanSession,
  end: {
    state: 'complete' | 'offline' | 'held'
    reason?: string
    result?: CompleteResult
    missing?: number
    moved?: number
  },
): Promise<void> {
  await sql`
    update scan set state = ${end.state}, finished_at = now(), reason = ${end.reason ?? null},
      folders = ${end.result?.folders ?? 0}, files = ${end.result?.files ?? 0},
      skipped = ${JSON.stringify(end.result?.skipped ?? {})},
      added = ${session.added}, changed = ${session.changed},
      missing = ${end.missing ?? 0}, moved = ${end.moved ?? 0}
    where job_id = ${job.id} and fencing_token = ${job.fencingToken}`.execute(tx)
  // What earlier scans left out is of no more use.
  await sql`delete from scan_skipped where scan_id in (
    select id from scan where library_id = ${job.subjectId} and job_id <> ${job.id})`.execute(tx)
}
