import { type RawBuilder, sql } from 'kysely'
import type { AssetListQuery } from '../../protocol/asset-query.ts'
import { folderPatterns, namePatterns } from './text-pattern.ts'

export type AssetFilters = Omit<AssetListQuery, 'sort' | 'cursor' | 'limit'> & { bucket?: string }

/**
 * The WHERE of a list of assets, over `asset a`. `a.listed` is always part of it: the indexes behind the
 * lists hold only what is shown.
 */
export function assetConditions(filters: AssetFilters): RawBuilder<unknown> {
  const conditions: RawBuilder<unknown>[] = [sql`a.listed`]
  const add = <T>(value: T | undefined, condition: (value: T) => RawBuilder<unknown>): void => {
    if (value !== undefined) conditions.push(condition(value))
  }
  add(filters.kind, (kind) => sql`a.kind = ${kind}`)
  add(filters.libraryId, (id) => sql`a.library_id = ${id}`)
  add(filters.bucket, (bucket) => sql`a.bucket = ${bucket}`)
  add(filters.hasRaw, (hasRaw) => sql`a.has_raw = ${hasRaw}`)
  add(filters.state, (state) => sql`a.state = ${state}`)
  add(filters.camera, (camera) => sql`a.camera = ${camera}`)
  add(filters.rating, (rating) => sql`a.rating = ${rating}`)
  add(filters.minRating, (stars) => sql`a.rating >= ${stars}`)
  add(filters.label, (label) => sql`a.label = ${label}`)
  add(filters.favourite, (is) => (is ? sql`a.favourite` : sql`not a.favourite`))
  add(filters.keyword, (word) => sql`a.keywords @> ${JSON.stringify([[word]])}::jsonb`)
  add(filters.person, (name) => sql`a.regions @> ${JSON.stringify([{ kind: 'person', name }])}::jsonb`)
  add(
    filters.thing,
    (name) => sql`exists (select 1 from detection d
      where d.asset_id = a.id and d.label = ${name} and d.review <> 'rejected')`,
  )
  add(
    filters.place,
    (place) =>
      sql`exists (select 1 from jsonb_each_text(a.place) part where lower(part.value) = lower(${place}))`,
  )
  add(filters.from, (day) => sql`a.sort_at >= ${possibleDay(day)}::timestamp`)
  // Inclusive: up to the end of that day. An unknown date is in no span of days.
  add(
    filters.to,
    (day) => sql`a.sort_at < ${possibleDay(day)}::date + 1 and a.sort_at > '-infinity'::timestamp`,
  )
  add(
    filters.fileRole,
    (role) => sql`exists (select 1 from asset_file f
      where f.asset_id = a.id and f.role = ${role} and f.state <> 'missing')`,
  )
  add(
    filters.text,
    (text) => sql`(a.name ilike any(${namePatterns(text)}::text[])
      or a.title ilike any(${namePatterns(text)}::text[])
      or a.description ilike any(${namePatterns(text)}::text[])
      or a.keywords is not null and a.keywords::text ilike any(${namePatterns(text)}::text[])
      or a.folder_id = any(array(
      select f.id from folder f where encode(f.path, 'escape') ilike any(${folderPatterns(text)}::text[]))))`,
  )
  return sql.join(conditions, sql` and `)
}

/** ISO 8601 has a year 0, Postgres does not; nothing was photographed then. */
function possibleDay(day: string): string {
  return day.startsWith('0000') ? '0001-01-01' : day
}
