import { sql } from 'kysely'
import { CurationField } from '../../protocol/curation.ts'
import type { WriteBackState, WriteBackView } from '../../protocol/edits.ts'
import type { Tags } from '../../protocol/ingest.ts'
import { decodePathName, displayPathName } from '../../protocol/path-name.ts'
import { summariseWords } from '../catalog/summarise-words.ts'
import type { Queryable } from '../db/database.ts'
import { idBelow, type Page, pageById } from '../search/page.ts'
import { conflictVersion } from './conflict-version.ts'

export type WriteBackListRequest = {
  state?: WriteBackState | undefined
  libraryId?: number | undefined
  cursor?: string | undefined
  limit: number
}

type Row = Omit<WriteBackView, 'folder' | 'sidecar' | 'changedAt' | 'conflict'> & {
  folder: Buffer
  path: Buffer | null
  changedAt: Date
  theirs: Tags | null
  mine: Record<string, unknown> | null
}

/** Write-backs, those of the newest assets first. */
export async function listWriteBacks(
  db: Queryable,
  { state, libraryId, cursor, limit }: WriteBackListRequest,
): Promise<Page<WriteBackView>> {
  const { rows } = await sql<Row>`
    select asset.id, write_back.library_id as "libraryId", asset.name, folder.path as folder, write_back.state, reason,
      message, write_back.path, wanted_revision as "wantedRevision", written_revision as "writtenRevision",
      write_back.state = 'written' and kept_before is not null as "canUndo", changed_at as "changedAt", theirs, ${conflictVersion} as "conflictVersion",
      case when write_back.state = 'conflict' then (select jsonb_object_agg(field, value) from asset_edit
        where asset_id = asset.id and field <> 'favourite') end as mine
    from write_back join asset on asset.id = write_back.asset_id join folder on folder.id = asset.folder_id
    where asset.id < ${idBelow(cursor)}
      and ${state === undefined ? sql`true` : sql`write_back.state = ${state}`}
      and ${libraryId === undefined ? sql`true` : sql`write_back.library_id = ${libraryId}`}
    order by write_back.asset_id desc limit ${limit + 1}`.execute(db)
  return pageById(rows, limit, viewOf)
}

/** How many are in each state. */
export async function countWriteBacks(
  db: Queryable,
  libraryId: number | undefined,
): Promise<Partial<Record<WriteBackState, number>>> {
  const { rows } = await sql<{ state: WriteBackState; count: number }>`
    select state, count(*) as count from write_back
    where ${libraryId === undefined ? sql`true` : sql`library_id = ${libraryId}`} group by state`.execute(db)
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]))
}

function viewOf({ folder, path, changedAt, theirs, mine, ...row }: Row): WriteBackView {
  return {
    ...row,
    folder: displayPathName(decodePathName(folder)),
    sidecar: path && displayPathName(decodePathName(path)),
    changedAt: changedAt.toISOString(),
    conflict: mine && differences(mine, theirs ?? {}),
  }
}

/** The fields that a person has set and the other side does not say the same. */
function differences(mine: Record<string, unknown>, tags: Tags): NonNullable<WriteBackView['conflict']> {
  const theirs: Record<string, unknown> = summariseWords(tags)
  return CurationField.options
    .filter((field) => field in mine && JSON.stringify(mine[field]) !== JSON.stringify(theirs[field]))
    .map((field) => ({ field, mine: mine[field], theirs: theirs[field] ?? null }))
}
