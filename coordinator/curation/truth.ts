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

/** All that is true of `asset a` now. */
export const shownWords: RawBuilder<unknown> = sql`jsonb_build_object(${sql.join(
  Object.entries(shown).flatMap(([field, value]) => [sql.lit(field), value]),
)})`

/** What is true of one field of `asset a` now, as jsonb. */
export function shownWord(field: CurationField): RawBuilder<unknown> {
  return sql`coalesce(to_jsonb(${shown[field]}), 'null')`
}

/** The columns of `asset` that say a field, from its word (jsonb). */
const columns: Record<CurationField, (word: RawBuilder<unknown>) => RawBuilder<unknown>> = {
  rating: (word) => sql`rating = (${word}#>>'{}')::smallint`,
  label: (word) => sql`label = ${word}#>>'{}'`,
  title: (word) => sql`title = ${word}#>>'{}'`,
  description: (word) => sql`description = ${word}#>>'{}'`,
  creator: (word) => sql`creator = nullif(${word}, 'null')`,
  copyright: (word) => sql`copyright = ${word}#>>'{}'`,
  keywords: (word) => sql`keywords = nullif(${word}, 'null')`,
  place: (word) => sql`place = nullif(${word}, 'null')`,
  regions: (word) => sql`regions = nullif(${word}, 'null')`,
  favourite: (word) => sql`favourite = coalesce((${word}#>>'{}')::boolean, false)`,
  captured: (word) => sql`captured_local = (${word}->>'local')::timestamp,
    captured_offset_minutes = (${word}->>'offsetMinutes')::integer,
    captured_source = case when ${word} <> 'null' then coalesce(${word}->>'source', 'person') end,
    captured_at = coalesce((${word}->>'at')::timestamptz, ((${word}->>'local')::timestamp
      - coalesce((${word}->>'offsetMinutes')::integer, 0) * interval '1 minute') at time zone 'utc'),
    bucket = coalesce(to_char((${word}->>'local')::timestamp, 'YYYY-MM'), 'undated')`,
  position: (word) => sql`latitude = (${word}->>'latitude')::double precision,
    longitude = (${word}->>'longitude')::double precision,
    altitude_m = (${word}->>'altitudeM')::double precision`,
}
const everyField = Object.keys(columns) as CurationField[]

export type Settling = {
  /** Of the edit that has just been made; left out when only the files have changed. */
  revision?: number
  /** That may be untrue; with thousands of assets each one counts. */
  fields?: readonly CurationField[]
}

/**
 * Makes the columns of edited assets true again: for each field the person's word, else what the files say, which
 * `asset.said` keeps from the first edit on. The caller holds the assets' locks.
 */
export async function settleWords(
  tx: DatabaseTransaction,
  assetIds: readonly number[],
  { revision = 0, fields = everyField }: Settling = {},
): Promise<void> {
  // Nobody has said anything before where `said` is null, so that what is true is what the files say.
  const word = (field: CurationField) =>
    sql`coalesce(word.words->${sql.lit(field)}, a.said->${sql.lit(field)}, ${shownWord(field)})`
  const ids = [...assetIds]
  await sql`
    with word as materialized (
      select asset_id, jsonb_object_agg(field, value) as words from asset_edit
      where asset_id = any(${ids}::bigint[]) and field = any(${[...fields]}::text[]) group by asset_id)
    update asset a set said = coalesce(a.said, ${shownWords}), revision = greatest(a.revision, ${revision}),
      ${sql.join(fields.map((field) => columns[field](word(field))))}
    from unnest(${ids}::bigint[]) given (id) left join word on word.asset_id = given.id
    where a.id = given.id`.execute(tx)
}

/** The files of edited assets have been summed up into their columns: keeps that, and lets people speak again. */
export async function settleOverFiles(tx: DatabaseTransaction, assetIds: readonly number[]): Promise<void> {
  if (assetIds.length === 0) return
  await sql`update asset a set said = ${shownWords} where id = any(${[...assetIds]}::bigint[])`.execute(tx)
  await settleWords(tx, assetIds)
}
