import { sql } from 'kysely'
import { AppError } from '../../protocol/errors.ts'
import { decodePathName, isWithin, joinPathName, type PathName } from '../../protocol/path-name.ts'
import type { ScanResult } from '../../protocol/scan.ts'
import { judgeShrink } from '../catalog/judge-shrink.ts'
import type { DatabaseTransaction } from '../db/database.ts'
import { takePlace } from './adopt-move.ts'
import { type MovedFile, pairMoves } from './pair-moves.ts'
import { reconcileFolder } from './reconcile-folder.ts'
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
  const unlisted = await withoutUnknown(tx, [...session.missingFiles], result.unreadable)
  const missing = [...unlisted, ...unseen.fileIds]
  const sinceScan = await findLastScanEnd(tx, job)
  const verdict = judgeShrink({
    knownFiles: await countKnown(tx, libraryId),
    missingFiles: missing.length - (await countMoving(tx, missing, sinceScan)),
    listedFiles: result.files,
  })
  if (verdict.verdict !== 'accept' && !job.acceptMissing) {
    const state = verdict.verdict === 'hold' ? 'held' : 'offline'
    await setLibrary(tx, libraryId, state, verdict.reason)
    await endScan(tx, job, session, { state, reason: verdict.reason, result, missing: missing.length })
    return
  }

  const moved = await adoptMoves(tx, missing, sinceScan)
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

/** A file that could be listed and not be looked at is unknown, not gone. */
async function withoutUnknown(
  tx: DatabaseTransaction,
  fileIds: readonly number[],
  unreadable: readonly PathName[],
): Promise<number[]> {
  if (unreadable.length === 0 || fileIds.length === 0) return [...fileIds]
  const { rows } = await sql<{ id: number; folder: Buffer; name: Buffer }>`
    select file.id, folder.path as folder, file.name
    from asset_file file join folder on folder.id = file.folder_id
    where file.id = any(${[...fileIds]}::bigint[])`.execute(tx)
  const unknown = new Set(unreadable)
  return rows
    .filter(({ folder, name }) => {
      const folderPath = decodePathName(folder)
      return !pathAndAncestors(joinPathName(folderPath, decodePathName(name))).some((path) =>
        unknown.has(path),
      )
    })
    .map((row) => row.id)
}

/** `a/b/c` gives `a/b/c`, `a/b`, `a` and the root. */
function pathAndAncestors(path: PathName): PathName[] {
  const segments = path.split('/')
  return ['', ...segments.map((_, depth) => segments.slice(0, depth + 1).join('/'))]
}

/**
 * When the files that are missing now had certainly been seen: the end of the last whole scan, else the start
 * of this one. A file that is older than that was there beside the missing one, as a copy.
 */
async function findLastScanEnd(tx: DatabaseTransaction, job: ScanJob): Promise<Date> {
  const { rows } = await sql<{ at: Date }>`
    select coalesce(
      (select max(finished_at) from scan where library_id = ${job.subjectId} and state = 'complete'),
      (select started_at from scan where job_id = ${job.id} and fencing_token = ${job.fencingToken}),
      now()) as at`.execute(tx)
  return rows[0]!.at
}

/**
 * How many of the missing files seem to have moved: a file of the same size and time has come since. They
 * are no reason for suspicion; whether they are the same is known when the new one is read.
 */
async function countMoving(
  tx: DatabaseTransaction,
  missing: readonly number[],
  since: Date,
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from asset_file gone
    where gone.id = any(${[...missing]}::bigint[]) and exists (
      select 1 from asset_file arrived
      where arrived.library_id = gone.library_id and arrived.size_bytes = gone.size_bytes
        and arrived.mtime_us = gone.mtime_us and arrived.id > gone.id and arrived.state <> 'missing'
        and arrived.created_at >= ${since})`.execute(tx)
  return rows[0]!.count
}

/** Pairs what went with what has come since, by content. Assets follow when all rows have their places. */
async function adoptMoves(
  tx: DatabaseTransaction,
  missing: readonly number[],
  since: Date,
): Promise<Set<number>> {
  const ids = [...missing]
  const { rows: gone } = await sql<MovedFile>`
    select id, name, content_hash as hash from asset_file
    where id = any(${ids}::bigint[]) and content_hash is not null and size_bytes > 0`.execute(tx)
  const { rows: arrived } = await sql<MovedFile>`
    select id, name, content_hash as hash from asset_file arrived
    where content_hash = any(${gone.map(({ hash }) => hash)}::bytea[]) and state = 'ingested'
      and library_id = (select min(library_id) from asset_file where id = any(${ids}::bigint[]))
      and created_at >= ${since} and id <> all(${ids}::bigint[])`.execute(tx)
  const pairs = pairMoves(gone, arrived)
  const folders = new Set<number>()
  for (const [goneId, arrivedId] of pairs) folders.add(await takePlace(tx, goneId, arrivedId))
  await reconcileFolders(tx, folders)
  return new Set(pairs.keys())
}

async function markMissing(tx: DatabaseTransaction, fileIds: readonly number[]): Promise<void> {
  if (fileIds.length === 0) return
  const { rows } = await sql<{ assetId: number | null; folderId: number }>`
    update asset_file set state = 'missing' where id = any(${[...fileIds]}::bigint[])
    returning asset_id as "assetId", folder_id as "folderId"`.execute(tx)
  // What is left of a folder may be grouped otherwise: a JPEG without its RAW is the original.
  await reconcileFolders(tx, new Set(rows.map((row) => row.folderId)))
  await refreshAssets(tx, [...new Set(rows.flatMap((row) => row.assetId ?? []))])
}

async function reconcileFolders(tx: DatabaseTransaction, folderIds: ReadonlySet<number>): Promise<void> {
  await sql`select 1 from folder where id = any(${[...folderIds]}::bigint[]) order by id for update`.execute(
    tx,
  )
  for (const id of folderIds) await reconcileFolder(tx, id)
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
    select id from scan where library_id = ${job.subjectId}
      and (job_id, fencing_token) <> (${job.id}, ${job.fencingToken}))`.execute(tx)
}
