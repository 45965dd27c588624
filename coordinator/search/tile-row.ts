import { sql } from 'kysely'
import type { AssetTile } from '../../protocol/assets.ts'

/** Columns of `asset a` that make a tile, under the names of the contract. */
export const tileColumns = sql`a.id, a.kind, a.state, a.captured_at as "capturedAt",
  a.captured_local as "capturedLocal", a.width_px as "widthPx", a.height_px as "heightPx",
  a.duration_ms as "durationMs", a.thumbhash, a.has_raw as "hasRaw", a.version,
  a.rating, a.label, a.favourite, a.problem->>'code' as "problemCode"`

export type TileRow = Omit<AssetTile, 'capturedAt'> & { capturedAt: Date | null }

export function tileOf(row: TileRow): AssetTile {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    capturedAt: row.capturedAt?.toISOString() ?? null,
    capturedLocal: row.capturedLocal,
    widthPx: row.widthPx,
    heightPx: row.heightPx,
    durationMs: row.durationMs,
    thumbhash: row.thumbhash,
    hasRaw: row.hasRaw,
    version: row.version,
    rating: row.rating,
    label: row.label,
    favourite: row.favourite,
    problemCode: row.problemCode,
  }
}
