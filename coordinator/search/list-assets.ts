import { type RawBuilder, sql } from 'kysely'
import type { AssetTile } from '../../protocol/assets.ts'
import type { Queryable } from '../db/database.ts'
import { type AssetFilters, assetConditions } from './asset-conditions.ts'
import { AssetCursor, decodeCursor, encodeCursor } from './cursor.ts'
import type { Page } from './page.ts'
import { type TileRow, tileColumns, tileOf } from './tile-row.ts'

export type AssetListRequest = AssetFilters & {
  sort: 'newest' | 'oldest'
  cursor?: string
  limit: number
}

/** How `sort_at` writes an unknown date: below all others, so that the newest come first and these last. */
const UNDATED = '-infinity'

type Row = TileRow & { sortAt: string }

/**
 * A page of assets by local capture time, unknown dates last in both directions.
 *
 * Keyset paging with the id as tie-breaker: a page costs the same at any depth, and none is skipped or
 * seen twice when others are added in between.
 */
export async function listAssets(db: Queryable, request: AssetListRequest): Promise<Page<AssetTile>> {
  const { sort, limit } = request
  const after = request.cursor === undefined ? undefined : decodeCursor(AssetCursor, request.cursor)
  if (after && after.sort !== sort) return await listAssets(db, { ...request, sort: after.sort })

  const where = assetConditions(request)
  const rows =
    sort === 'newest' ? await newest(db, where, limit + 1, after) : await oldest(db, where, limit + 1, after)
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(tileOf),
    nextCursor:
      rows.length > limit && last
        ? encodeCursor({ sort, at: last.sortAt === UNDATED ? null : last.sortAt, id: last.id })
        : null,
  }
}

async function newest(
  db: Queryable,
  where: RawBuilder<unknown>,
  amount: number,
  after: AssetCursor | undefined,
): Promise<Row[]> {
  const from = after ? sql`and (a.sort_at, a.id) < (${after.at ?? UNDATED}::timestamp, ${after.id})` : sql``
  return await select(db, sql`${where} ${from} order by a.sort_at desc, a.id desc limit ${amount}`)
}

/** Two walks over the same index: the known dates upwards, then the unknown ones. */
async function oldest(
  db: Queryable,
  where: RawBuilder<unknown>,
  amount: number,
  after: AssetCursor | undefined,
): Promise<Row[]> {
  const dated = after === undefined || after.at !== null
  const known = dated
    ? await select(
        db,
        sql`${where} and (a.sort_at, a.id) > (${after?.at ?? UNDATED}::timestamp, ${after?.id ?? Number.MAX_SAFE_INTEGER})
          order by a.sort_at, a.id limit ${amount}`,
      )
    : []
  if (known.length === amount) return known
  const unknown = await select(
    db,
    sql`${where} and a.sort_at = ${UNDATED}::timestamp and a.id > ${dated ? 0 : after.id}
      order by a.id limit ${amount - known.length}`,
  )
  return [...known, ...unknown]
}

async function select(db: Queryable, rest: RawBuilder<unknown>): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select ${tileColumns}, a.sort_at as "sortAt" from asset a where ${rest}`.execute(db)
  return rows
}
