import { sql } from 'kysely'
import type { TimelineBucket } from '../../protocol/assets.ts'
import type { AssetKind } from '../../protocol/media.ts'
import type { Queryable } from '../db/database.ts'

/**
 * Months with counts, newest first, `undated` last, from counters that the database keeps.
 *
 * The revision is read first: what changes in between is then announced by a later revision.
 */
export async function readTimeline(
  db: Queryable,
  filters: { kind?: AssetKind; libraryId?: number },
): Promise<{ buckets: TimelineBucket[]; revision: number }> {
  const revision = await readTimelineRevision(db)
  const { rows } = await sql<{ bucket: string; count: number; aspectMilli: number }>`
    select bucket, sum(count)::bigint as count, sum(aspect_milli)::bigint as "aspectMilli"
    from timeline_bucket
    where ${filters.kind === undefined ? sql`true` : sql`kind = ${filters.kind}`}
      and ${filters.libraryId === undefined ? sql`true` : sql`library_id = ${filters.libraryId}`}
    group by bucket having sum(count) > 0
    order by bucket = 'undated', bucket desc`.execute(db)
  return {
    buckets: rows.map(({ bucket, count, aspectMilli }) => ({
      bucket,
      count,
      aspectSum: Math.max(0, aspectMilli) / 1_000,
    })),
    revision,
  }
}

/** Counts up with every change of what the timeline shows. */
export async function readTimelineRevision(db: Queryable): Promise<number> {
  const { rows } = await sql<{ revision: number }>`
    select case when is_called then last_value else 0 end as revision from timeline_revision`.execute(db)
  return rows[0]!.revision
}
