import { parseArgs } from 'node:util'
import { sql } from 'kysely'
import { pino } from 'pino'
import { type Database, openDatabase } from '../../coordinator/db/database.ts'
import { migrate } from '../../coordinator/db/migrate.ts'
import { bareEmbeddedDatabase } from '../../coordinator/db/testing/embedded-database.ts'
import { nearestAssets } from '../../coordinator/search/nearest-assets.ts'
import { keepVectorIndex } from '../../coordinator/search/vector-index.ts'
import { startPrivatePostgres } from '../test/private-postgres.ts'
import { type BenchResult, formatResult, median } from './bench-line.ts'
import { describeMachine } from './machine.ts'
import { DIMENSIONS, fillWithVectors } from './search/fill-with-vectors.ts'
import { queryVectors } from './search/generated-vectors.ts'

const PAGE = 50
const GOAL_MS = { embedded: 80, server: 50 }

type Engine = keyof typeof GOAL_MS

/** What a search is narrowed to: with how many of a hundred it leaves. */
const filters = [
  ['all', {}, 'true'],
  ['10 %', { kind: 'video' }, "a.kind = 'video'"],
  ['1 %', { favourite: true }, 'a.favourite'],
] as const

/**
 * B13: pages of the nearest by meaning on both databases, with and without filters, beside looking at every vector.
 * Prints what it does, then one JSON line per result.
 */
export async function benchSearch(parameters: string[]): Promise<void> {
  const { values } = parseArgs({
    args: parameters,
    options: {
      vectors: { type: 'string', default: '100000' },
      queries: { type: 'string', default: '40' },
      database: { type: 'string', default: 'both' },
      'index-from': { type: 'string' },
    },
  })
  const indexFrom = values['index-from'] === undefined ? undefined : Number(values['index-from'])
  const sizes = { vectors: Number(values.vectors), queries: Number(values.queries), indexFrom }
  console.log(describeMachine())
  const results: BenchResult[] = []
  if (values.database !== 'server') {
    await using embedded = await bareEmbeddedDatabase()
    await migrate(embedded.db)
    results.push(...(await runSearches(embedded.db, 'embedded', sizes)))
  }
  if (values.database !== 'embedded') {
    const postgres = await startPrivatePostgres({ durable: true })
    const db = openDatabase(postgres)
    try {
      await migrate(db)
      results.push(...(await runSearches(db, 'server', sizes)))
    } finally {
      await db.destroy()
      await postgres.stop()
    }
  }
  for (const result of results) console.log(formatResult(result))
  console.log(describeMachine())
}

async function runSearches(
  db: Database,
  engine: Engine,
  { vectors, queries, indexFrom }: { vectors: number; queries: number; indexFrom: number | undefined },
): Promise<BenchResult[]> {
  let startedAt = performance.now()
  const model = { id: await fillWithVectors(db, vectors), dimensions: DIMENSIONS }
  console.log(`${engine}: ${vectors} vectors in ${seconds(startedAt)} s`)
  startedAt = performance.now()
  if (engine === 'server') {
    await keepVectorIndex(db, pino({ level: 'silent' }), indexFrom)
    console.log(`${engine}: index in ${seconds(startedAt)} s`)
  }
  const results: BenchResult[] = []
  for (const like of ['pictures', 'words'] as const) {
    const searched = queryVectors(queries, DIMENSIONS, like)
    for (const [name, filter, where] of filters) {
      const times: number[] = []
      const exactTimes: number[] = []
      let [found, full] = [0, 0]
      for (const [at, vector] of searched.entries()) {
        // The first tells of a cold cache.
        const started = performance.now()
        const page = await nearestAssets(db, { model, vector, question: '', filters: filter, limit: PAGE })
        if (at > 0) times.push(performance.now() - started)
        const exactly = performance.now()
        const truth = new Set(await lookAtAll(db, vector, where))
        exactTimes.push(performance.now() - exactly)
        full += page.items.length === truth.size ? 1 : 0
        found += page.items.filter(({ id }) => truth.has(id)).length / truth.size
      }
      const metric = (what: string) => `${what}, ${vectors} × ${DIMENSIONS}, like ${like}, ${name}, ${engine}`
      results.push(
        line(metric('search p50'), median(times), 'ms', { yardstick: median(exactTimes) }),
        line(metric('search p95'), quantile(times, 0.95), 'ms', { goal: `< ${GOAL_MS[engine]}` }),
        line(metric('recall@50'), found / queries, '', { goal: '≥ 0.95' }),
        line(metric('full pages'), full / queries, '', { goal: '≥ 1' }),
      )
    }
  }
  return results
}

/** The plain statement without any index: what is true. */
async function lookAtAll(db: Database, vector: string, where: string): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select a.id from asset_embedding e join asset a on a.id = e.asset_id where a.listed and ${sql.raw(where)}
    order by (e.vector <=> ${vector}::halfvec) + 0 limit ${PAGE}`.execute(db)
  return rows.map(({ id }) => id)
}

function line(metric: string, value: number, unit: string, more: Partial<BenchResult>): BenchResult {
  return { bench: 'B13', metric, value, unit, ...more }
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
}

function seconds(startedAt: number): number {
  return Math.round((performance.now() - startedAt) / 1_000)
}
