import { type RawBuilder, sql } from 'kysely'
import type { CurationField } from '../../protocol/curation.ts'
import type { DatabaseTransaction } from '../db/database.ts'

/** What is true of `asset a` now, field by field, as in `CuratedValues`; the capture time also has the instant and the source. */
const shown: Record<CurationField, RawBuilder<unknown>> = {
  rating: sql`a.rating`,
  label: sql`a.label`,
  title: sql`a.title`,
  description: sql`a.description`,
  creator: sql`a.creator`,
  copyright: sql`a.copyright`,
  keywords: sql`a.keywords`,
  place: sql`a.place`,
  regions: sql`a.regions`,
  favourite: sql`a.favourite`,
  captured: sql`case when a.captured_local is null then null else jsonb_build_object('at', a.captured_at,
    'local', a.captured_local, 'offsetMinutes', a.captured_offset_minutes, 'source', a.captured_source) end`,
  position: sql`case when a.latitude is null then null else jsonb_build_object('latitude', a.latitude,
    'longitude', a.longitude, 'altitudeM', a.altitude_m) end`,
}

/** Some of what is true of `asset a` now, as one jsonb object: with thousands of assets each field counts. */
export function shownWordsOf(fields: readonly CurationField[]): RawBuilder<unknown> {
  return sql`jsonb_build_object(${sql.join(fields.flatMap((field) => [sql.lit(field), shown[field]]))})`
}

/** All that is true of `asset a` now. */
export const shownWords: RawBuilder<unknown> = shownWordsOf(Object.keys(shown) as CurationField[])

/**
 * Makes the columns of edited assets true again: for each field the person's word, else what the files say, which
 * `asset.said` keeps from the first edit on. The caller holds the assets' locks.
 *
 * @param revision of the edit that has just been made; left out when only the files have changed
 */
export async function settleWords(
  tx: DatabaseTransaction,
  assetIds: readonly number[],
  revision?: number,
): Promise<void> {
  const ids = [...assetIds]
  await sql`
    with word as materialized (
      select asset_id, jsonb_object_agg(field, value) as words from asset_edit
      where asset_id = any(${ids}::bigint[]) group by asset_id),
    truth as materialized (
      select a.id, files.said, files.said || coalesce(word.words, '{}') as now
      from asset a cross join lateral (select coalesce(a.said, ${shownWords}) as said) files
      left join word on word.asset_id = a.id
      where a.id = any(${ids}::bigint[]))
    update asset set
      said = truth.said, revision = greatest(revision, ${revision ?? 0}),
      rating = (now->>'rating')::smallint, label = now->>'label', title = now->>'title',
      description = now->>'description', creator = nullif(now->'creator', 'null'), copyright = now->>'copyright',
      keywords = nullif(now->'keywords', 'null'), place = nullif(now->'place', 'null'),
      regions = nullif(now->'regions', 'null'), favourite = coalesce((now->>'favourite')::boolean, false),
      latitude = (now->'position'->>'latitude')::double precision,
      longitude = (now->'position'->>'longitude')::double precision,
      altitude_m = (now->'position'->>'altitudeM')::double precision,
      captured_local = (now->'captured'->>'local')::timestamp,
      captured_offset_minutes = (now->'captured'->>'offsetMinutes')::integer,
      captured_source = case when now->'captured' <> 'null' then coalesce(now->'captured'->>'source', 'person') end,
      captured_at = coalesce((now->'captured'->>'at')::timestamptz, ((now->'captured'->>'local')::timestamp
        - coalesce((now->'captured'->>'offsetMinutes')::integer, 0) * interval '1 minute') at time zone 'utc'),
      bucket = coalesce(to_char((now->'captured'->>'local')::timestamp, 'YYYY-MM'), 'undated')
    from truth where asset.id = truth.id`.execute(tx)
}

/** The files of edited assets have been summed up into their columns: keeps that, and lets people speak again. */
export async function settleOverFiles(tx: DatabaseTransaction, assetIds: readonly number[]): Promise<void> {
  if (assetIds.length === 0) return
  await sql`update asset a set said = ${shownWords} where id = any(${[...assetIds]}::bigint[])`.execute(tx)
  await settleWords(tx, assetIds)
}
