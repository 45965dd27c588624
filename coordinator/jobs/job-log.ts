import { sql } from 'kysely'
import type { LeaseRef, LogLine } from '../../protocol/leases.ts'
import { storableText } from '../../protocol/media.ts'
import type { Queryable } from '../db/database.ts'

/** Of one job, over all its holdings; what comes beyond is not kept. */
const MAX_LINES = 1_000

/** Keeps what handlers said, on the database's clock. A line that comes twice is kept once. */
export async function keepLog(
  db: Queryable,
  reports: readonly (LeaseRef & { log?: readonly LogLine[] | undefined })[],
): Promise<void> {
  const lines = reports.flatMap(({ jobId, fencingToken, log }) =>
    (log ?? []).map((line) => ({ jobId, fencingToken, ...line })),
  )
  if (lines.length === 0) return
  await sql`
    insert into job_log (job_id, fencing_token, seq, at, level, message)
    select job.id, given.token, given.seq,
      least(now(), coalesce(job.leased_at, now()) + given.after_ms * interval '1 millisecond'),
      given.level, given.message
    from unnest(
      ${lines.map((line) => line.jobId)}::bigint[],
      ${lines.map((line) => line.fencingToken)}::bigint[],
      ${lines.map((line) => line.seq)}::integer[],
      ${lines.map((line) => line.afterMs)}::bigint[],
      ${lines.map((line) => line.level)}::text[],
      ${lines.map((line) => storableText(line.message))}::text[])
      as given (id, token, seq, after_ms, level, message)
    join job on job.id = given.id and job.fencing_token = given.token
    where (select count(*) from job_log kept where kept.job_id = job.id) < ${MAX_LINES}
    on conflict do nothing`.execute(db)
}
