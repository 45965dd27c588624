import { sql } from 'kysely'
import type { AssetKind, FileRole } from '../../protocol/media.ts'
import { decodePathName, displayPathName, joinPathName } from '../../protocol/path-name.ts'
import type { SkipReason } from '../../protocol/scan.ts'
import type { Database } from '../db/database.ts'
import { isConnected } from '../hub/presence.ts'

/** How far reading everything has come, for the live line of `npm start`. */
export type WorkStatus = {
  found: number
  ingested: number
  /** Files with a problem, and jobs that could not be finished. */
  failed: number
  perSecond: number
  etaSeconds: number | null
  scanning: boolean
  /** Set when what is left waits for something other than time, such as a library that is offline. */
  waitsFor: string | null
  /** Nothing is running and nothing that is queued can start before somebody does something. */
  idle: boolean
}

const RATE_WINDOW_S = 20

export async function workStatus(db: Database): Promise<WorkStatus> {
  const { rows } = await sql<{
    found: number
    ingested: number
    problems: number
    dead: number
    open: number
    stuck: number
    scanning: boolean
    finished: number
    seconds: number | null
  }>`
    select
      (select coalesce(sum(count), 0)::bigint from file_tally where state <> 'missing') as found,
      (select coalesce(sum(count), 0)::bigint from file_tally where state = 'ingested') as ingested,
      (select count(*) from asset_file where problem is not null and state = 'ingested') as problems,
      (select count(*) from job where state = 'dead') as dead,
      (select coalesce(sum(amount), 0)::bigint from job_tally where state in ('queued', 'leased')) as open,
      (select coalesce(sum(tally.amount), 0)::bigint from job_tally tally
        join lane on lane.id = tally.lane_id
        left join library on library.id = lane.library_id
        left join job_kind on job_kind.kind = lane.kind
        where tally.state = 'queued' and (library.paused or job_kind.paused
          or (library.state = 'offline' and lane.kind <> 'library.scan' and lane.model is null)
          or (lane.model is not null and not exists (select 1 from agent
            where agent.models ? lane.model and ${isConnected})))) as stuck,
      exists (select 1 from job where state in ('queued', 'leased') and kind = 'library.scan') as scanning,
      recent.finished, recent.seconds
    from (select count(*) as finished, greatest(1, extract(epoch from now() - min(finished_at)))::float8 as seconds
      from job where kind = 'file.ingest' and state = 'done'
        and finished_at > now() - ${RATE_WINDOW_S} * interval '1 second') recent`.execute(db)
  const row = rows[0]!
  const left = row.open - row.stuck
  const perSecond = row.finished / (row.seconds ?? RATE_WINDOW_S)
  return {
    found: row.found,
    ingested: row.ingested,
    failed: row.problems + row.dead,
    perSecond,
    etaSeconds: perSecond > 0 && left > 0 ? left / perSecond : null,
    scanning: row.scanning,
    waitsFor: row.stuck > 0 ? `${row.stuck} wait for what is offline, paused or has no machine` : null,
    idle: left === 0,
  }
}

/** What a run of `npm start -- --once` ends with. */
export type WorkReport = {
  assets: number
  files: number
  byRole: Partial<Record<FileRole, number>>
  byKind: Partial<Record<AssetKind, number>>
  skipped: { path: string; reason: SkipReason }[]
  failed: { path: string; reason: string }[]
  /** Jobs that ended without success or cannot be done now. */
  unfinished: number
}

export async function workReport(db: Database): Promise<WorkReport> {
  const roles = await sql<{ role: FileRole; count: number }>`
    select role, count(*) from asset_file where state <> 'missing' group by role order by role`.execute(db)
  const kinds = await sql<{ kind: AssetKind; count: number }>`
    select kind, count(*) from asset where state <> 'missing' group by kind order by kind`.execute(db)
  const skipped = await sql<{ root: Buffer; path: Buffer; reason: SkipReason }>`
    select library.root, scan_skipped.path, scan_skipped.reason from scan_skipped
    join scan on scan.id = scan_skipped.scan_id join library on library.id = scan.library_id
    order by library.id, scan_skipped.path`.execute(db)
  const failed = await sql<{
    root: Buffer
    folder: Buffer | null
    name: Buffer | null
    reason: string
    job: boolean
  }>`
    select library.root, folder.path as folder, file.name, file.problem->>'message' as reason, false as job
      from asset_file file join folder on folder.id = file.folder_id join library on library.id = file.library_id
      where file.problem is not null and file.state = 'ingested'
    union all
    select library.root, folder.path, file.name, job.error_message, true
      from job join library on library.id = job.library_id
      left join asset_file file on job.kind = 'file.ingest' and file.id = job.subject_id
      left join folder on folder.id = file.folder_id
      where job.state = 'dead'
    union all
    select root, null, null, state_reason, true from library where state in ('offline', 'held')
    order by 1, 2, 3`.execute(db)
  const byRole = Object.fromEntries(roles.rows.map((row) => [row.role, row.count]))
  const byKind = Object.fromEntries(kinds.rows.map((row) => [row.kind, row.count]))
  return {
    assets: sum(Object.values(byKind)),
    files: sum(Object.values(byRole)),
    byRole,
    byKind,
    skipped: skipped.rows.map((row) => ({ path: absolute(row.root, row.path), reason: row.reason })),
    failed: failed.rows.map((row) => ({
      path: absolute(row.root, row.folder, row.name),
      reason: row.reason,
    })),
    unfinished: failed.rows.filter((row) => row.job).length,
  }
}

function absolute(...parts: (Buffer | null)[]): string {
  return displayPathName(
    parts.reduce(
      (path, part) =>
        part === null ? path : part.length === 0 ? path : joinPathName(path, decodePathName(part)),
      '',
    ),
  )
}

function sum(counts: number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}
