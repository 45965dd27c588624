import { type RawBuilder, sql } from 'kysely'
import type { ScoredTile } from '../../protocol/api/vision-routes.ts'
import type { Database, DatabaseTransaction, Queryable } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import { type AssetFilters, assetConditions } from './asset-conditions.ts'
import { decodeCursor, encodeCursor, NearCursor } from './cursor.ts'
import type { Page } from './page.ts'
import { type TileRow, tileColumns, tileOf } from './tile-row.ts'
import { hasVectorIndex } from './vector-index.ts'

/** A filter that leaves fewer, by the planner's estimate, is looked through whole: the index would hardly meet them. */
const FEW = 10_000
/** Deeper than that, the index has no advantage any more. */
const DEEP = 1_000
/** Candidates that the index keeps in view: the more, the less it misses.. */
const EF_SEARCH = 250
/** The most that one walk through the index looks at; beyond it everything is looked through. */
const MAX_SCAN_TUPLES = 40_000

export type NearestRequest = {
  model: { id: number; dimensions: number }
  /** As Postgres writes it. */
  vector: string
  filters: AssetFilters
  /** Is not near itself. */
  exceptAssetId?: number
  cursor?: string | undefined
  limit: number
}

type Row = TileRow & { distance: number }

/**
 * A page of assets by the nearness of their vectors, of one model only, ties by id.
 *
 * However narrow the filter, a page is full as long as there are enough assets: where the index may have missed some,
 * all are looked through.
 */
export async function nearestAssets(db: Database, request: NearestRequest): Promise<Page<ScoredTile>> {
  const after = request.cursor === undefined ? undefined : decodeCursor(NearCursor, request.cursor)
  const rows = await findRows(db, request, after)
  const shown = rows.slice(0, request.limit)
  const last = shown.at(-1)
  const seen = (after?.seen ?? 0) + shown.length
  return {
    items: shown.map((row) => ({ ...tileOf(row), score: clamp(1 - row.distance) })),
    nextCursor:
      rows.length > request.limit && last
        ? encodeCursor({ distance: last.distance, id: last.id, seen })
        : null,
  }
}

async function findRows(
  db: Database,
  request: NearestRequest,
  after: NearCursor | undefined,
): Promise<Row[]> {
  const amount = request.limit + 1
  const where = conditions(request)
  if (
    (after?.seen ?? 0) + amount <= DEEP &&
    (await hasVectorIndex(db, request.model.id)) &&
    !(await leavesFew(db, request.filters))
  ) {
    const rows = await transact(db, { durable: false }, (tx) => byIndex(tx, request, where, after, amount))
    if (rows.length === amount) return rows
  }
  return await exactly(db, request, where, after, amount)
}

function conditions({ filters, model, exceptAssetId }: NearestRequest): RawBuilder<unknown> {
  return sql`${assetConditions(filters)} and e.model_id = ${sql.lit(model.id)}
    ${exceptAssetId === undefined ? sql`` : sql`and a.id <> ${exceptAssetId}`}`
}

/** Distances of all that the filter leaves. */
async function exactly(
  db: Queryable,
  { vector, model }: NearestRequest,
  where: RawBuilder<unknown>,
  after: NearCursor | undefined,
  amount: number,
): Promise<Row[]> {
  // Nothing is added to the distance: so it is not the index's expression.
  const { rows } = await sql<Row>`
    select ${tileColumns}, near.distance from (
      select e.asset_id as id, (e.vector::halfvec(${sql.lit(model.dimensions)}) <=> ${vector}::halfvec) + 0 as distance
      from asset_embedding e join asset a on a.id = e.asset_id
      where ${where} ${from(sql`(e.vector::halfvec(${sql.lit(model.dimensions)}) <=> ${vector}::halfvec) + 0`, after)}
      order by distance, id limit ${amount}) near
    join asset a on a.id = near.id order by near.distance, near.id`.execute(db)
  return rows
}

/** The index's own order; with ties, so that a page does not end between two that are equally near. */
async function byIndex(
  tx: DatabaseTransaction,
  { vector, model }: NearestRequest,
  where: RawBuilder<unknown>,
  after: NearCursor | undefined,
  amount: number,
): Promise<Row[]> {
  const distance = sql`(e.vector::halfvec(${sql.lit(model.dimensions)}) <=> ${vector}::halfvec)`
  await sql`select set_config('hnsw.iterative_scan', 'strict_order', true),
    set_config('hnsw.ef_search', ${String(Math.min(1_000, Math.max(EF_SEARCH, 2 * amount)))}, true),
    set_config('hnsw.max_scan_tuples', ${String(MAX_SCAN_TUPLES)}, true),
    set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true)`.execute(tx)
  const { rows } = await sql<Row>`
    select ${tileColumns}, near.distance from (
      select e.asset_id as id, ${distance} as distance
      from asset_embedding e join asset a on a.id = e.asset_id
      where ${where} ${from(distance, after)}
      order by ${distance} fetch first ${sql.lit(amount)} rows with ties) near
    join asset a on a.id = near.id order by near.distance, near.id limit ${amount}`.execute(tx)
  return rows
}

function from(distance: RawBuilder<unknown>, after: NearCursor | undefined): RawBuilder<unknown> {
  return after ? sql`and (${distance}, a.id) > (${after.distance}::float8, ${after.id}::bigint)` : sql``
}

/** By the planner's estimate, which costs nothing; where it is wrong, the page is filled nevertheless. */
async function leavesFew(db: Queryable, filters: AssetFilters): Promise<boolean> {
  if (Object.values(filters).every((value) => value === undefined)) return false
  const { rows } = await sql<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>`
    explain (format json) select 1 from asset a where ${assetConditions(filters)}`.execute(db)
  return rows[0]!['QUERY PLAN'][0].Plan['Plan Rows'] < FEW
}

function clamp(score: number): number {
  return Math.max(-1, Math.min(1, score))
}
