import { sql } from 'kysely'
import { LeaseLostError } from '../../protocol/errors.ts'
import { fileFamily } from '../../protocol/file-formats.ts'
import type { LeaseRef } from '../../protocol/leases.ts'
import { decodePathName, encodePathName } from '../../protocol/path-name.ts'
import type { ScanChunk, ScanChunkAnswer, SkippedPath } from '../../protocol/scan.ts'
import type { Database, DatabaseTransaction } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import { enqueueReading } from './enqueue-ingest.ts'
import { reconcileFolder } from './reconcile-folder.ts'
import type { PartialListing, ScanSession, ScanSessions } from './scan-sessions.ts'

type FolderListing = Extract<ScanChunk, { type: 'files' }>['folders'][number]

/**
 * Takes one part of a running scan, after those before it. The same part twice changes nothing the second time.
 *
 * @param seq the agent's number of the part
 * @throws LeaseLostError when the scan has a newer holder
 */
export function takeScanChunk(
  db: Database,
  sessions: ScanSessions,
  agentId: number,
  ref: LeaseRef,
  seq: number,
  chunk: ScanChunk,
): Promise<ScanChunkAnswer> {
  const session = sessions.get(ref.jobId, ref.fencingToken)
  const taken = session.tail.then(async () => {
    const scan = await requireScan(db, agentId, ref)
    sessions.forgetOthers(ref.jobId, ref.fencingToken)
    if (chunk.type === 'folders')
      return { changed: await findChanged(db, session, scan.libraryId, chunk.folders) }
    if (!session.taken.has(seq)) {
      if (chunk.type === 'skipped') await takeSkipped(db, scan.scanId, chunk.skipped)
      else await takeListings(db, session, { agentId, ref, libraryId: scan.libraryId }, chunk.folders)
      session.taken.add(seq)
    }
    return { changed: [] }
  })
  session.tail = taken.catch(() => {
    // Half of a part may be in it, or nobody may go on with it. Without it `finishScan` asks for the scan again.
    sessions.forget(ref.jobId, ref.fencingToken)
  })
  return taken
}

async function takeSkipped(db: Database, scanId: number, skipped: readonly SkippedPath[]): Promise<void> {
  await sql`
    insert into scan_skipped (scan_id, path, reason)
    select ${scanId}, * from unnest(
      ${skipped.map(({ path }) => Buffer.from(encodePathName(path)))}::bytea[],
      ${skipped.map(({ reason }) => reason)}::text[])
    on conflict do nothing`.execute(db)
}

async function takeListings(
  db: Database,
  session: ScanSession,
  scan: HeldScan,
  listings: readonly FolderListing[],
): Promise<void> {
  for (const listing of listings) {
    // One transaction a folder: none stays open for long, and a folder is whole or not there.
    const outcome = await transact(db, { durable: false }, async (tx) => {
      await holdLease(tx, scan)
      return await takeListing(tx, session, scan.libraryId, listing)
    })
    remember(session, listing, outcome)
  }
}

type HeldScan = { agentId: number; ref: LeaseRef; libraryId: number }

/** Until the transaction ends nobody else gets the job: what a stale holder has seen is not written after all. */
async function holdLease(tx: DatabaseTransaction, { agentId, ref }: HeldScan): Promise<void> {
  const { rows } = await sql`select 1 from job where id = ${ref.jobId} and fencing_token = ${ref.fencingToken}
    and agent_id = ${agentId} and state = 'leased' for share`.execute(tx)
  if (rows.length === 0) throw new LeaseLostError(ref.jobId)
}

async function requireScan(db: Database, agentId: number, ref: LeaseRef) {
  const row = await db
    .selectFrom('job')
    .innerJoin('scan', (join) =>
      join.onRef('scan.job_id', '=', 'job.id').onRef('scan.fencing_token', '=', 'job.fencing_token'),
    )
    .select(['scan.id as scanId', 'scan.library_id as libraryId'])
    .where('job.id', '=', ref.jobId)
    .where('job.fencing_token', '=', ref.fencingToken)
    .where('job.agent_id', '=', agentId)
    .where('job.state', '=', 'leased')
    .executeTakeFirst()
  if (!row) throw new LeaseLostError(ref.jobId)
  return row
}

async function findChanged(
  db: Database,
  session: ScanSession,
  libraryId: number,
  folders: Extract<ScanChunk, { type: 'folders' }>['folders'],
): Promise<string[]> {
  const { rows } = await sql<{ id: number; path: Buffer; digest: Buffer | null }>`
    select id, path, digest from folder
    where library_id = ${libraryId}
      and path = any(${folders.map((folder) => Buffer.from(encodePathName(folder.path)))}::bytea[])`.execute(
    db,
  )
  const known = new Map(rows.map((row) => [decodePathName(row.path), row]))
  const changed: string[] = []
  for (const folder of folders) {
    const before = known.get(folder.path)
    session.folders.add(folder.path)
    if (before) session.knownFolders.set(folder.path, { id: before.id, digest: folder.digest })
    // A folder without media that was never known needs no row.
    if (!before && folder.files === 0) continue
    if (before?.digest?.toString('base64url') !== folder.digest) changed.push(folder.path)
  }
  return changed
}

type ListingOutcome = { folderId: number; added: number; changed: number[]; missing: number[] }

/** Only reads the session: a transaction may be run again. */
async function takeListing(
  tx: DatabaseTransaction,
  session: ScanSession,
  libraryId: number,
  listing: FolderListing,
): Promise<ListingOutcome> {
  const folderId = await lockFolderRow(tx, libraryId, listing.path)
  const { added, changed } = await takeFiles(tx, libraryId, folderId, listing.files)
  const outcome = { folderId, added, changed }
  if (!listing.last) return { ...outcome, missing: [] }

  const { names, changed: allChanged } = joinParts(session, listing, outcome)
  const missing = await findUnlisted(tx, folderId, names)
  await reconcileFolder(tx, folderId, allChanged)
  await tx
    .updateTable('folder')
    .set({ digest: missing.length > 0 ? null : decodeDigest(listing) })
    .where('id', '=', folderId)
    .execute()
  return { ...outcome, missing }
}

function remember(session: ScanSession, listing: FolderListing, outcome: ListingOutcome): void {
  const { folderId } = outcome
  session.knownFolders.set(listing.path, { id: folderId, digest: listing.digest })
  session.added += outcome.added
  session.changed += outcome.changed.length
  for (const id of outcome.missing) session.missingFiles.add(id)
  if (outcome.missing.length > 0) session.heldDigests.set(folderId, decodeDigest(listing))
  if (listing.last) session.listed.delete(folderId)
  else session.listed.set(folderId, joinParts(session, listing, outcome))
}

/** This part of a folder's listing together with those before it. */
function joinParts(
  session: ScanSession,
  listing: FolderListing,
  { folderId, changed }: Pick<ListingOutcome, 'folderId' | 'changed'>,
): PartialListing {
  const before = session.listed.get(folderId)
  return {
    names: new Set([...(before?.names ?? []), ...listing.files.map((file) => file.name)]),
    changed: new Set([...(before?.changed ?? []), ...changed]),
  }
}

function decodeDigest(listing: FolderListing): Buffer {
  return Buffer.from(listing.digest, 'base64url')
}

/** The folder's row is the lock of everything in it: groups, roles and summaries change under it only. */
async function lockFolderRow(tx: DatabaseTransaction, libraryId: number, path: string): Promise<number> {
  const bytes = Buffer.from(encodePathName(path))
  await sql`insert into folder (library_id, path) values (${libraryId}, ${bytes})
    on conflict (library_id, path) do nothing`.execute(tx)
  const { rows } = await sql<{ id: number }>`
    select id from folder where library_id = ${libraryId} and path = ${bytes} for update`.execute(tx)
  return rows[0]!.id
}

async function takeFiles(
  tx: DatabaseTransaction,
  libraryId: number,
  folderId: number,
  files: FolderListing['files'],
): Promise<{ added: number; changed: number[] }> {
  if (files.length === 0) return { added: 0, changed: [] }
  const names = files.map((file) => Buffer.from(encodePathName(file.name)))
  const kinds = files.map((file) => mediaKind(file.name))
  // xmax = 0 tells a row just inserted from one that was there; unchanged rows are not touched.
  const { rows } = await sql<{ id: number; mtimeUs: number; added: boolean; found: boolean }>`
    insert into asset_file as file (library_id, folder_id, name, size_bytes, mtime_us, kind)
    select ${libraryId}, ${folderId}, * from unnest(${names}::bytea[],
      ${files.map((file) => file.sizeBytes)}::bigint[], ${files.map((file) => file.mtimeUs)}::bigint[],
      ${kinds}::text[])
    on conflict (folder_id, name) do update set
      state = case when file.content_hash is not null and file.size_bytes = excluded.size_bytes
        and file.mtime_us = excluded.mtime_us then 'ingested' else 'found' end,
      size_bytes = excluded.size_bytes, mtime_us = excluded.mtime_us
    where file.state = 'missing' or file.size_bytes <> excluded.size_bytes or file.mtime_us <> excluded.mtime_us
    returning id, mtime_us as "mtimeUs", xmax = 0 as added, state = 'found' as found`.execute(tx)
  await enqueueReading(
    tx,
    rows.filter((row) => row.found).map((row) => ({ id: row.id, libraryId, mtimeUs: row.mtimeUs })),
  )
  const changed = rows.filter((row) => !row.added).map((row) => row.id)
  return { added: rows.length - changed.length, changed }
}

function mediaKind(name: string): 'image' | 'video' | null {
  const family = fileFamily(name)
  if (family === null || family === 'sidecar') return null
  return family === 'video' ? 'video' : 'image'
}

async function findUnlisted(
  tx: DatabaseTransaction,
  folderId: number,
  listed: ReadonlySet<string>,
): Promise<number[]> {
  const files = await tx
    .selectFrom('asset_file')
    .select(['id', 'name'])
    .where('folder_id', '=', folderId)
    .where('state', '<>', 'missing')
    .execute()
  return files.filter((file) => !listed.has(decodePathName(file.name))).map((file) => file.id)
}
