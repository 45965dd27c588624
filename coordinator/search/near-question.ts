import { type RawBuilder, sql } from 'kysely'
import type { NearCursor } from './cursor.ts'
import type { TileRow } from './tile-row.ts'

/** What the ways of looking for the nearest assets are asked. */
export type NearQuestion = {
  model: { id: number; dimensions: number }
  /** As Postgres writes it. */
  vector: string
  /** Over `asset a`. */
  where: RawBuilder<unknown>
  after: NearCursor | undefined
  amount: number
}

/** `distance`: of cosines, 0 the same, 1 nothing in common, 2 the opposite. */
export type NearRow = TileRow & { distance: number }

/** Of the vector in `asset_embedding e`, written as the index has it. */
export function distanceTo({ model, vector }: NearQuestion): RawBuilder<unknown> {
  return sql`(e.vector::halfvec(${sql.lit(model.dimensions)}) <=> ${vector}::halfvec)`
}

/** Only what comes after the page before. */
export function comesAfter(
  distance: RawBuilder<unknown>,
  after: NearCursor | undefined,
): RawBuilder<unknown> {
  return after ? sql`and (${distance}, e.asset_id) > (${after.distance}::float8, ${after.id}::bigint)` : sql``
}
