import { sql } from 'kysely'
import type { SidecarNaming } from '../../protocol/edits.ts'
import type { Tags } from '../../protocol/ingest.ts'
import type { FileRole } from '../../protocol/media.ts'
import { decodePathName, encodePathName, joinPathName, type PathName } from '../../protocol/path-name.ts'
import { SidecarFields, type SidecarWriteInput } from '../../protocol/sidecar-write.ts'
import { baseNameOf, stemOf } from '../catalog/base-name.ts'
import type { Queryable } from '../db/database.ts'
import type { LeasedJob } from '../jobs/job-type.ts'
import { chooseSidecar } from './choose-sidecar.ts'

/** Most pictures that the agent looks for; one of them is enough. */
const MAX_PICTURES = 64
/** Of a version's tags that go with the job. Real ones have some kilobytes. */
const MAX_TAGS_BYTES = 32_768

type Wanted = {
  assetId: number
  libraryId: number
  folderId: number
  folder: Buffer
  root: Buffer
  mirrorRoot: Buffer | null
  naming: SidecarNaming
  revision: number
  widthPx: number
  heightPx: number
  path: Buffer | null
  sidecarHash: Buffer | null
  resolvedHash: Buffer | null
  fields: Record<string, unknown>
  files: { name: string; role: FileRole; hash: string | null }[]
}

/**
 * Inputs of `sidecar.write` jobs, as people's words are now. A job has none when nothing is to be written any more:
 * the policy has changed, or a person has to decide. One that failed has a job again if somebody has queued that anew. An asset whose sidecar could only have another picture's name
 * is failed here.
 */
export async function writeInputs(
  db: Queryable,
  jobs: readonly LeasedJob[],
): Promise<Map<number, SidecarWriteInput>> {
  const wanted = new Map((await readWanted(db, jobs)).map((row) => [row.assetId, row]))
  const inputs = new Map<number, SidecarWriteInput>()
  for (const job of jobs) {
    const row = wanted.get(job.subjectId)
    if (row === undefined) continue
    const input = await inputOf(db, row)
    if (input !== null) inputs.set(job.id, input)
  }
  return inputs
}

async function readWanted(db: Queryable, jobs: readonly LeasedJob[]): Promise<Wanted[]> {
  const { rows } = await sql<Wanted>`
    select wanted.asset_id as "assetId", asset.library_id as "libraryId", asset.folder_id as "folderId",
      folder.path as folder, library.root, library.mirror_root as "mirrorRoot",
      library.sidecar_naming as naming, wanted.wanted_revision as revision, wanted.path,
      asset.width_px as "widthPx", asset.height_px as "heightPx", wanted.sidecar_hash as "sidecarHash", wanted.resolved_hash as "resolvedHash",
      coalesce((select jsonb_object_agg(field, value) from asset_edit word
        where word.asset_id = asset.id and word.field <> 'favourite'), '{}') as fields,
      coalesce((select jsonb_agg(jsonb_build_object('name', encode(file.name, 'base64'), 'role', file.role,
          'hash', encode(file.content_hash, 'hex'))) from asset_file file
        where file.asset_id = asset.id and file.folder_id = asset.folder_id and file.state <> 'missing'), '[]') as files
    from write_back wanted join asset on asset.id = wanted.asset_id
    join folder on folder.id = asset.folder_id join library on library.id = asset.library_id
    where wanted.asset_id = any(${jobs.map((job) => job.subjectId)}::bigint[])
      and wanted.state in ('pending', 'failed') and library.write_back = 'sidecar'`.execute(db)
  return rows
}

async function inputOf(db: Queryable, row: Wanted): Promise<SidecarWriteInput | null> {
  const files = row.files.map(({ name, role, hash }) => ({
    name: decodePathName(Buffer.from(name, 'base64')),
    role,
    hash,
  }))
  const folder = decodePathName(row.folder)
  const name = row.mirrorRoot
    ? mirroredName(row, folder, files)
    : chooseSidecar(row.naming, { files, others: await othersLike(db, row, files) })
  const pictures = files.filter((file) => file.role !== 'sidecar').slice(0, MAX_PICTURES)
  const fields = SidecarFields.safeParse(row.fields)
  if (name === null || pictures.length === 0 || !fields.success) {
    const problem = pictures.length === 0 ? 'picture_missing' : name === null ? 'foreign' : 'not_writable'
    await fail(db, row.assetId, problem, fields.error?.issues[0]?.path[0])
    return null
  }
  const path = joinPathName(folder, name)
  await sql`update write_back set path = ${Buffer.from(encodePathName(path))}, state = 'pending', reason = null,
      message = null
    where asset_id = ${row.assetId}`.execute(db)
  const known = row.mirrorRoot
    ? row.sidecarHash?.toString('hex')
    : files.find((file) => file.name === name)?.hash
  // What a person has looked at, even if a scan knows of something newer by now.
  const resolved = row.resolvedHash?.toString('hex') ?? null
  return {
    assetId: row.assetId,
    libraryId: row.libraryId,
    root: decodePathName(row.root),
    mirrorRoot: row.mirrorRoot && decodePathName(row.mirrorRoot),
    path,
    pictures: pictures.map((file) => joinPathName(folder, file.name)),
    expected: resolved ?? known ?? null,
    expectedTags: row.mirrorRoot ? null : await tagsOf(db, row.folderId, name, resolved ?? known ?? null),
    resolved,
    revision: row.revision,
    fields: fields.data,
    // 1 × 1 stands for unknown.
    pictureSizePx: row.widthPx > 1 && row.heightPx > 1 ? { width: row.widthPx, height: row.heightPx } : null,
  }
}

/** What a sidecar says, if that is known of this very version and not so much that it would burden the message. */
async function tagsOf(
  db: Queryable,
  folderId: number,
  name: PathName,
  hash: string | null,
): Promise<Tags | null> {
  if (hash === null) return null
  const { rows } = await sql<{ tags: Tags }>`
    select tags from asset_file file join file_tags on file_tags.file_id = file.id
    where file.folder_id = ${folderId} and file.name = ${Buffer.from(encodePathName(name))}
      and file.state = 'ingested' and file.content_hash = ${Buffer.from(hash, 'hex')}
      and octet_length(tags::text) < ${MAX_TAGS_BYTES}`.execute(db)
  return rows[0]?.tags ?? null
}

/** Nothing lies in a mirror but what we have put there. */
function mirroredName(
  row: Wanted,
  folder: PathName,
  files: readonly { name: PathName; role: FileRole }[],
): PathName | null {
  const before = row.path && decodePathName(row.path)
  if (before !== null && row.sidecarHash !== null && joinPathName(folder, nameOf(before)) === before)
    return nameOf(before)
  const pictures = files.filter((file) => file.role !== 'sidecar')
  return chooseSidecar(row.naming === 'base' ? 'base' : 'full', { files: pictures, others: [] })
}

function nameOf(path: PathName): PathName {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Of the folder's other names those that begin alike: no others can be mistaken for this asset's. */
async function othersLike(
  db: Queryable,
  row: Wanted,
  files: readonly { name: PathName }[],
): Promise<PathName[]> {
  const beginnings = [...new Set(files.map(({ name }) => baseNameOf(stemOf(name)).base))].map((base) =>
    Buffer.from(encodePathName(base)),
  )
  const { rows } = await sql<{ name: Buffer }>`
    select distinct file.name from unnest(${beginnings}::bytea[]) base, asset_file file
    where file.folder_id = ${row.folderId} and file.name >= base and file.name < base || '\\xff'::bytea
      and file.state <> 'missing' and file.asset_id is distinct from ${row.assetId}`.execute(db)
  return rows.map(({ name }) => decodePathName(name))
}

const problems = {
  picture_missing: 'None of its files is there; try again when they are back',
  foreign: 'Every name that its sidecar could have belongs to another picture',
  /** An undo has brought back what a file said, which a person could not have entered. */
  not_writable: 'What it was before cannot be written; enter another value',
} as const

async function fail(
  db: Queryable,
  assetId: number,
  reason: keyof typeof problems,
  field: PropertyKey | undefined,
): Promise<void> {
  const message = field === undefined ? problems[reason] : `${String(field)}: ${problems[reason]}`
  await sql`update write_back set state = 'failed', reason = ${reason}, message = ${message}, changed_at = now()
    where asset_id = ${assetId} and state in ('pending', 'failed')`.execute(db)
}
