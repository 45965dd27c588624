import { sql } from 'kysely'
import { type JobKind, jobContracts } from '../../protocol/jobs.ts'
import type { Queryable } from '../db/database.ts'

export type NewJob = {
  kind: JobKind
  /** The library, file or asset it is about: one open job for each kind and subject. */
  subjectId: number
  libraryId: number | null
  /** Within a priority, higher goes first: seconds since 1970 of what it is about. */
  orderKey?: number
  payload?: Record<string, unknown>
}

/** Queues jobs in one statement; those already open stay as they are. Returns how many were new. */
export async function enqueueJobs(db: Queryable, jobs: readonly NewJob[]): Promise<number> {
  if (jobs.length === 0) return 0
  const column = <T>(of: (job: NewJob) => T): T[] => jobs.map(of)
  const { rows } = await sql`
    insert into job (kind, capability, priority, order_key, library_id, subject_id, payload)
    select * from unnest(
      ${column((job) => job.kind)}::text[],
      ${column((job) => jobContracts[job.kind].capability)}::text[],
      ${column((job) => jobContracts[job.kind].priority)}::smallint[],
      ${column((job) => job.orderKey ?? 0)}::bigint[],
      ${column((job) => job.libraryId)}::bigint[],
      ${column((job) => job.subjectId)}::bigint[],
      ${column((job) => JSON.stringify(job.payload ?? {}))}::jsonb[])
    on conflict (kind, subject_id) where state in ('queued', 'leased') do nothing
    returning id`.execute(db)
  return rows.length
}

/**
 * Queues a scan, or returns the one that is already open.
 *
 * @param options.acceptMissing a person has confirmed that files which are gone are meant to be gone
 */
export async function enqueueScan(
  db: Queryable,
  libraryId: number,
  options: { acceptMissing: boolean },
): Promise<number> {
  const { capability, priority } = jobContracts['library.scan']
  const { rows } = await sql<{ id: number }>`
    insert into job (kind, capability, priority, library_id, subject_id, payload)
    values ('library.scan', ${capability}, ${priority}, ${libraryId}, ${libraryId}, ${JSON.stringify(options)})
    on conflict (kind, subject_id) where state in ('queued', 'leased')
      do update set payload = case when (excluded.payload->>'acceptMissing')::boolean
        then excluded.payload else job.payload end
    returning id`.execute(db)
  return rows[0]!.id
}

/** Queues the reading of files, newest first. */
export async function enqueueIngest(db: Queryable, fileIds: readonly number[]): Promise<number> {
  const files = await db
    .selectFrom('asset_file')
    .select(['id', 'library_id', 'mtime_us'])
    .where('id', '=', sql<number>`any(${[...fileIds]}::bigint[])`)
    .where('state', '<>', 'missing')
    .execute()
  return enqueueJobs(
    db,
    files.map((file) => ({
      kind: 'file.ingest',
      subjectId: file.id,
      libraryId: file.library_id,
      orderKey: Math.floor(file.mtime_us / 1_000_000),
    })),
  )
}
