import { sql } from 'kysely'
import { mergeEdits } from '../curation/merge-edits.ts'
import type { DatabaseTransaction } from '../db/database.ts'
import { reconcileFolder } from './reconcile-folder.ts'
import { refreshAssets } from './refresh-assets.ts'

/** No file on a disk is that old: whatever returns to such a place is read. */
const UNKNOWN_MTIME_US = -1

type MovedFile = { id: number; state: 'found' | 'ingested' | 'missing'; folder_id: number }
type ReadFile = { id: number; folder_id: number; asset_id: number | null; content_hash: Buffer | null }

/**
 * A file that was missing has turned up under another name: its row, with everything known about it,
 * takes the new place, and the row that the scan made for the new place goes.
 *
 * The caller holds the lock of the new place's folder, and reconciles it afterwards.
 *
 * @returns the folder of the new place
 */
export async function takePlace(
  tx: DatabaseTransaction,
  missingId: number,
  arrivedId: number,
): Promise<number> {
  const arrived = await tx
    .deleteFrom('asset_file')
    .where('id', '=', arrivedId)
    .returningAll()
    .executeTakeFirstOrThrow()
  await tx
    .updateTable('asset_file')
    .set({
      folder_id: arrived.folder_id,
      name: arrived.name,
      size_bytes: arrived.size_bytes,
      mtime_us: arrived.mtime_us,
      state: 'ingested',
    })
    .where('id', '=', missingId)
    .execute()
  await giveWords(tx, arrived.asset_id, missingId)
  return arrived.folder_id
}

/** Somebody may have said something about the asset that seemed to be new; it is about to be removed. */
async function giveWords(tx: DatabaseTransaction, arrivedId: number | null, fileId: number): Promise<void> {
  if (arrivedId === null) return
  const { rows } = await sql<{ assetId: number }>`
    select file.asset_id as "assetId" from asset arrived join asset_file file on file.id = ${fileId}
    where arrived.id = ${arrivedId} and arrived.revision > 0 and file.asset_id <> arrived.id
      and not exists (select 1 from asset_file other where other.asset_id = arrived.id)`.execute(tx)
  if (rows[0]) await mergeEdits(tx, arrivedId, rows[0].assetId)
}

/**
 * The bytes just read at the place of `read` are those of `owner`, which is missing or has another content
 * now where it was: identity follows content, so `owner` takes the place.
 *
 * What `read` was stays known: as missing, or to be read at the place that `owner` leaves. Only a row that
 * was never read has nothing to keep.
 *
 * The caller holds the lock of the folder of `read`.
 */
export async function giveToOwner(tx: DatabaseTransaction, owner: MovedFile, read: ReadFile): Promise<void> {
  if (owner.state === 'missing' && read.content_hash === null) {
    await reconcileFolder(tx, await takePlace(tx, owner.id, read.id))
    return
  }
  await sql`select 1 from folder where id = ${owner.folder_id} for update`.execute(tx)
  await exchangePlaces(tx, owner.id, read.id)
  await setState(tx, owner.id, { state: 'ingested' })
  await setState(
    tx,
    read.id,
    owner.state === 'missing' ? { state: 'missing', mtime_us: UNKNOWN_MTIME_US } : { state: 'found' },
  )
  // Whoever reads it now reads the place that it has left.
  await sql`update job set state = 'cancelled', finished_at = now(), lease_expires_at = null
    where kind = 'file.ingest' and subject_id = ${owner.id} and state in ('queued', 'leased')`.execute(tx)
  for (const folderId of new Set([read.folder_id, owner.folder_id])) await reconcileFolder(tx, folderId)
  if (read.asset_id !== null) await refreshAssets(tx, [read.asset_id])
}

async function setState(
  tx: DatabaseTransaction,
  id: number,
  change: { state: 'found' | 'ingested' | 'missing'; mtime_us?: number },
): Promise<void> {
  await tx.updateTable('asset_file').set(change).where('id', '=', id).execute()
}

/** No file name holds a NUL, so the name in between is nobody else's. */
async function exchangePlaces(tx: DatabaseTransaction, one: number, other: number): Promise<void> {
  const places = await tx
    .selectFrom('asset_file')
    .select(['id', 'folder_id', 'name', 'size_bytes', 'mtime_us'])
    .where('id', 'in', [one, other])
    .execute()
  const placeOf = (id: number) => {
    const { id: _, ...place } = places.find((file) => file.id === id)!
    return place
  }
  const put = (id: number, place: Partial<ReturnType<typeof placeOf>>) =>
    tx.updateTable('asset_file').set(place).where('id', '=', id).execute()
  await put(one, { name: Buffer.from(`\0${one}`) })
  await put(other, placeOf(one))
  await put(one, placeOf(other))
}
