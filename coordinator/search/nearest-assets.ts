import { createHash } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import type { ScoredTile } from '../../protocol/api/vision-routes.ts'
import { AppError } from '../../protocol/errors.ts'
import type { Database, Queryable } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import { type AssetFilters, assetConditions } from './asset-conditions.ts'
import { encodeCursor, type NearCursor } from './cursor.ts'
import type { NearQuestion, NearRow } from './near-question.ts'
import { nearestByIndex } from './nearest-by-index.ts'
import { nearestBySignature } from './nearest-by-signature.ts'
import { nearestExactly } from './nearest-exactly.ts'
import type { Page } from './page.ts'
import { tileOf } from './tile-row.ts'
import { hasVectorIndex } from './vector-index.ts'

/**
 * A filter that leaves fewer, by the planner's estimate, is looked through whole: on the embedded database that takes as
 * long as looking at 100,000 signatures. An index hardly meets them and walks long.
 */
const FEW = { bySignature: 5_000, byIndex: 15_000 }
/** Deeper than that, all are looked through: the quicker ways know only the nearest. */
const DEEP = 1_000

export type NearestRequest = {
  model: { id: number; dimensions: number }
  /** As Postgres writes it. */
  vector: string
  /** What is asked for, in words: its cursors go on with nothing else. */
  question: string
  filters: AssetFilters
  /** Is not near itself. */
  exceptAssetId?: number
  after?: NearCursor | undefined
  limit: number
}

/**
 * A page of assets by the nearness of their vectors, of one model only, ties by id.
 *
 * However narrow the filter, a page is full as long as there are enough assets: where a quicker way has found too few,
 * all are looked through.
 *
 * @throws AppError `bad_request` for a cursor of another question
 */
export async function nearestAssets(db: Database, request: NearestRequest): Promise<Page<ScoredTile>> {
  const { model, after, limit } = request
  const asked = createHash('sha256').update(request.question).digest('base64url').slice(0, 12)
  if (after && (after.asked !== asked || after.model !== model.id))
    throw new AppError('bad_request', 'The cursor is not one of this list; start again without it')
  const rows = await findRows(db, request)
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const seen = (after?.seen ?? 0) + shown.length
  return {
    items: shown.map((row) => ({ ...tileOf(row), score: clamp(1 - row.distance) })),
    nextCursor:
      rows.length > limit && last
        ? encodeCursor({ asked, model: model.id, distance: last.distance, id: last.id, seen })
        : null,
  }
}

async function findRows(db: Database, request: NearestRequest): Promise<NearRow[]> {
  const { model, vector, filters, after } = request
  const amount = request.limit + 1
  const question = { model, vector, where: conditions(request), after, amount }
  const isFiltered = Object.values(filters).some((value) => value !== undefined)
  if ((after?.seen ?? 0) + amount > DEEP) return await nearestExactly(db, question)
  const way = (await hasVectorIndex(db, model.id)) ? 'byIndex' : 'bySignature'
  if (isFiltered && (await estimateLeft(db, filters)) < FEW[way]) return await nearestExactly(db, question)
  const rows = await findBy[way](db, question, isFiltered)
  return rows.length === amount ? rows : await nearestExactly(db, question)
}

const findBy = {
  byIndex: (db: Database, question: NearQuestion, isFiltered: boolean) =>
    transact(db, { durable: false }, (tx) => nearestByIndex(tx, question, isFiltered)),
  bySignature: nearestBySignature,
}

function conditions({ filters, exceptAssetId }: NearestRequest): RawBuilder<unknown> {
  return sql`${assetConditions(filters)} ${exceptAssetId === undefined ? sql`` : sql`and a.id <> ${exceptAssetId}`}`
}

/** By the planner's estimate, which costs nothing; where it is wrong, the page is filled nevertheless. */
async function estimateLeft(db: Queryable, filters: AssetFilters): Promise<number> {
  const { rows } = await sql<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>`
    explain (format json) select 1 from asset a where ${assetConditions(filters)}`.execute(db)
  return rows[0]!['QUERY PLAN'][0].Plan['Plan Rows']
}

function clamp(score: number): number {
  return Math.max(-1, Math.min(1, score))
}
