import { sql } from 'kysely'
import { fileFamily } from '../../protocol/file-formats.ts'
import type { AssetKind, FileRole } from '../../protocol/media.ts'
import { decodePathName, displayPathName, encodePathName, type PathName } from '../../protocol/path-name.ts'
import { groupFolder } from '../catalog/group-folder.ts'
import { mergeEdits } from '../curation/merge-edits.ts'
import type { DatabaseTransaction } from '../db/database.ts'
import { mergeDetections } from '../detections/merge-detections.ts'
import { type Candidate, matchAssets } from './match-assets.ts'
import { refreshAssets } from './refresh-assets.ts'

type FileRow = {
  id: number
  name: PathName
  assetId: number | null
  role: FileRole | null
  ingested: boolean
  isSidecar: boolean
}
type Group = {
  key: PathName
  kind: AssetKind
  cover: PathName
  members: FileRow[]
  roles: Map<PathName, FileRole>
}

/**
 * Makes a folder's assets follow its files: groups them anew, keeps the identity of what was known,
 * and brings the assets' summaries up to date. The caller holds the lock of the folder's row.
 *
 * Files that are missing keep their place: they may come back.
 *
 * @param changed files whose own facts have changed, so that their assets are summed up in any case
 */
export async function reconcileFolder(
  tx: DatabaseTransaction,
  folderId: number,
  changed: ReadonlySet<number> = new Set(),
): Promise<void> {
  const files = await presentFiles(tx, folderId)
  const groups = groupRows(files)
  const candidates = await findCandidates(tx, folderId, files)
  const known = new Map(candidates.map((candidate) => [candidate.id, candidate]))
  const matched = matchAssets(groups, candidates)

  await freeKeys(tx, groups, candidates, matched)
  const moves = groups.flatMap((group, index) => {
    const id = matched[index]
    return id != null && known.get(id)?.keyHere !== group.key ? [{ id, group }] : []
  })
  await moveAssets(tx, folderId, moves)
  const assetIds = await insertMissing(tx, folderId, groups, matched)
  const { touched, movedTo } = await assignFiles(tx, files, groups, assetIds)
  for (const { id } of moves) touched.add(id)
  groups.forEach((group, index) => {
    if (group.members.some((file) => changed.has(file.id))) touched.add(assetIds[index]!)
  })
  await removeEmpty(tx, folderId, [...touched], movedTo)
  // An asset that is new and unread has nothing to sum up yet.
  const read = new Set(files.filter((file) => file.ingested).map((file) => file.id))
  const unread = new Set(
    groups.flatMap((group, index) =>
      matched[index] === null && !group.members.some((file) => read.has(file.id)) ? [assetIds[index]!] : [],
    ),
  )
  await refreshAssets(
    tx,
    [...touched].filter((id) => !unread.has(id)),
  )
}

async function presentFiles(tx: DatabaseTransaction, folderId: number): Promise<FileRow[]> {
  const rows = await tx
    .selectFrom('asset_file')
    .select(['id', 'name', 'asset_id', 'role', 'content_hash'])
    .where('folder_id', '=', folderId)
    .where('state', '<>', 'missing')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    name: decodePathName(row.name),
    assetId: row.asset_id,
    role: row.role,
    ingested: row.content_hash !== null,
    isSidecar: fileFamily(decodePathName(row.name)) === 'sidecar',
  }))
}

function groupRows(files: readonly FileRow[]): Group[] {
  const byName = new Map(files.map((file) => [file.name, file]))
  return groupFolder([...byName.keys()]).groups.map((group) => ({
    key: group.key,
    kind: group.kind,
    cover: group.cover,
    members: group.files.map((file) => byName.get(file.name)!),
    roles: new Map(group.files.map((file) => [file.name, file.role])),
  }))
}

async function findCandidates(
  tx: DatabaseTransaction,
  folderId: number,
  files: readonly FileRow[],
): Promise<Candidate[]> {
  const ids = [...new Set(files.flatMap((file) => file.assetId ?? []))]
  const { rows } = await sql<{ id: number; folderId: number; key: Buffer; livesElsewhere: boolean }>`
    select id, folder_id as "folderId", key,
      exists (select 1 from asset_file file where file.asset_id = asset.id
        and file.folder_id <> ${folderId} and file.state <> 'missing') as "livesElsewhere"
    from asset where folder_id = ${folderId} or id = any(${ids}::bigint[])
    order by id for update`.execute(tx)
  return rows.map((row) => ({
    id: row.id,
    keyHere: row.folderId === folderId ? decodePathName(row.key) : null,
    livesElsewhere: row.livesElsewhere,
  }))
}

/**
 * An asset of this folder that no group is, because its files are missing or have moved away, gives up its
 * key to the group that now has it. When its file returns it is found by its file and gets a key again.
 */
async function freeKeys(
  tx: DatabaseTransaction,
  groups: readonly Group[],
  candidates: readonly Candidate[],
  matched: readonly (number | null)[],
): Promise<void> {
  const keys = new Set(groups.map((group) => group.key))
  const taken = new Set(matched)
  const displaced = candidates.filter(
    ({ id, keyHere }) => !taken.has(id) && keyHere !== null && keys.has(keyHere),
  )
  await setPrivateKeys(
    tx,
    displaced.map(({ id }) => id),
  )
}

/** No file name holds a NUL, so these keys are nobody else's. */
async function setPrivateKeys(tx: DatabaseTransaction, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return
  await sql`update asset set key = '\\x00'::bytea || int8send(id) where id = any(${[...ids]}::bigint[])`.execute(
    tx,
  )
}

async function moveAssets(
  tx: DatabaseTransaction,
  folderId: number,
  moves: readonly { id: number; group: Group }[],
): Promise<void> {
  if (moves.length === 0) return
  const ids = moves.map((move) => move.id)
  // Out of one another's way first: two assets may swap their names.
  await setPrivateKeys(tx, ids)
  await sql`
    update asset set folder_id = ${folderId}, key = given.key
    from unnest(${ids}::bigint[], ${moves.map((move) => bytes(move.group.key))}::bytea[]) as given (id, key)
    where asset.id = given.id`.execute(tx)
}

async function insertMissing(
  tx: DatabaseTransaction,
  folderId: number,
  groups: readonly Group[],
  matched: readonly (number | null)[],
): Promise<number[]> {
  const fresh = groups.filter((_, index) => matched[index] === null)
  const idOf = new Map<PathName, number>()
  if (fresh.length > 0) {
    const { rows } = await sql<{ id: number; key: Buffer }>`
      insert into asset (library_id, folder_id, key, name, kind)
      select folder.library_id, folder.id, given.key, given.name, given.kind
      from folder, unnest(
        ${fresh.map((group) => bytes(group.key))}::bytea[],
        ${fresh.map((group) => displayPathName(group.cover))}::text[],
        ${fresh.map((group) => group.kind)}::text[]) as given (key, name, kind)
      where folder.id = ${folderId}
      returning id, key`.execute(tx)
    for (const row of rows) idOf.set(decodePathName(row.key), row.id)
  }
  return groups.map((group, index) => matched[index] ?? idOf.get(group.key)!)
}

/** Gives files their asset and role. Returns the assets that gained, lost or re-roled a file, and which went where. */
async function assignFiles(
  tx: DatabaseTransaction,
  files: readonly FileRow[],
  groups: readonly Group[],
  assetIds: readonly number[],
): Promise<{ touched: Set<number>; movedTo: Map<number, number> }> {
  const wanted = new Map<number, { assetId: number | null; role: FileRole }>()
  for (const file of files) wanted.set(file.id, { assetId: null, role: 'sidecar' })
  groups.forEach((group, index) => {
    for (const file of group.members) {
      wanted.set(file.id, { assetId: assetIds[index]!, role: group.roles.get(file.name)! })
    }
  })
  const changes = files.filter((file) => {
    const target = wanted.get(file.id)!
    return target.assetId !== file.assetId || target.role !== file.role
  })
  if (changes.length > 0) {
    await sql`
      update asset_file file set asset_id = given.asset_id, role = given.role
      from unnest(
        ${changes.map((file) => file.id)}::bigint[],
        ${changes.map((file) => wanted.get(file.id)!.assetId)}::bigint[],
        ${changes.map((file) => wanted.get(file.id)!.role)}::text[]) as given (id, asset_id, role)
      where file.id = given.id`.execute(tx)
  }
  const touched = new Set<number>()
  const movedTo = new Map<number, number>()
  for (const file of changes) {
    if (file.assetId !== null) touched.add(file.assetId)
    const now = wanted.get(file.id)!.assetId
    if (now !== null) touched.add(now)
    // Where the pictures go the words go; a sidecar alone may have been copied to another picture.
    if (file.assetId !== null && now !== null && !(file.isSidecar && movedTo.has(file.assetId)))
      movedTo.set(file.assetId, now)
  }
  return { touched, movedTo }
}

/** An asset without any file, not even a missing one, has become part of another, which gets what people said of it. */
async function removeEmpty(
  tx: DatabaseTransaction,
  folderId: number,
  touched: number[],
  movedTo: ReadonlyMap<number, number>,
): Promise<void> {
  const { rows } = await sql<{ id: number; isEdited: boolean }>`
    select id, revision > 0 as "isEdited" from asset
    where (folder_id = ${folderId} or id = any(${touched}::bigint[]))
      and not exists (select 1 from asset_file file where file.asset_id = asset.id)`.execute(tx)
  if (rows.length === 0) return
  const empty = new Set(rows.map(({ id }) => id))
  for (const { id, isEdited } of rows) {
    const staying = movedTo.get(id)
    if (staying === undefined || empty.has(staying)) continue
    await mergeDetections(tx, id, staying)
    if (isEdited) await mergeEdits(tx, id, staying)
  }
  await sql`delete from asset where id = any(${[...empty]}::bigint[])`.execute(tx)
}

function bytes(name: PathName): Buffer {
  return Buffer.from(encodePathName(name))
}
