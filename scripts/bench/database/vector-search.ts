import { sql } from 'kysely'
import type { Database } from '../../../coordinator/db/database.ts'
import { transact } from '../../../coordinator/db/transact.ts'
import { seededRandom } from '../../fixtures/seeded-random.ts'

const DIMENSIONS = 512
const CLUSTERS = 200
/** How far a vector lies from the middle of its cluster, beside a length of about one. */
const NOISE = 0.6
const BATCH = 200
const PAGE = 50
/** Twice a page, so that the index always finds a whole one. */
const EF_SEARCH = 100

type VectorRun = {
  insertPerSecond: number
  exactMs: number[]
  indexSeconds: number
  indexedMs: number[]
  /** The part of the exact answer that the index finds as well, 0 to 1. */
  recall: number
}

/** Generated vectors, clustered as those of pictures are: inserted, then searched without and with an index. */
export async function runVectors(
  db: Database,
  { vectors, queries, log }: { vectors: number; queries: number; log: (step: string) => void },
): Promise<VectorRun> {
  const nextVector = vectorSource()
  const searched = Array.from({ length: queries }, () => nextVector())
  await sql`create table bench_vector (id bigint primary key, embedding halfvec(512) not null)`.execute(db)
  let startedAt = performance.now()
  for (let from = 0; from < vectors; from += BATCH) {
    const ids = Array.from({ length: Math.min(BATCH, vectors - from) }, (_, at) => from + at)
    const embeddings = ids.map(() => nextVector())
    await transact(db, { durable: false }, (tx) =>
      sql`insert into bench_vector select * from unnest(${ids}::bigint[], ${embeddings}::text[]::halfvec[])`.execute(
        tx,
      ),
    )
  }
  const insertPerSecond = vectors / secondsSince(startedAt)
  log(`inserted ${vectors} vectors at ${Math.round(insertPerSecond)}/s`)
  const exact = await searchAll(db, searched)
  log('searched all of them')

  startedAt = performance.now()
  await sql`create index on bench_vector using hnsw (embedding halfvec_cosine_ops)`.execute(db)
  const indexSeconds = secondsSince(startedAt)
  log(`built the index in ${Math.round(indexSeconds)} s`)
  const indexed = await searchAll(db, searched)
  const found = indexed.map(({ ids }, at) => ids.filter((id) => exact[at]!.ids.includes(id)).length)
  return {
    insertPerSecond,
    exactMs: exact.map(({ ms }) => ms),
    indexSeconds,
    indexedMs: indexed.map(({ ms }) => ms),
    recall: found.reduce((sum, count) => sum + count, 0) / (PAGE * queries),
  }
}

async function searchAll(
  db: Database,
  searched: readonly string[],
): Promise<{ ms: number; ids: number[] }[]> {
  const answers: { ms: number; ids: number[] }[] = []
  for (const vector of searched) {
    answers.push(
      await db.transaction().execute(async (tx) => {
        await sql`set local hnsw.ef_search = ${sql.lit(EF_SEARCH)}`.execute(tx)
        const startedAt = performance.now()
        const { rows } = await sql<{ id: number }>`
          select id from bench_vector order by embedding <=> ${vector}::halfvec limit ${PAGE}`.execute(tx)
        return { ms: performance.now() - startedAt, ids: rows.map(({ id }) => id) }
      }),
    )
  }
  return answers
}

function vectorSource(): () => string {
  const random = seededRandom(11)
  const draw = (length: number) => Float32Array.from({ length: DIMENSIONS }, () => (random() - 0.5) * length)
  const middles = Array.from({ length: CLUSTERS }, () => draw(1))
  return () => {
    const middle = middles[Math.floor(random() * CLUSTERS)]!
    const noise = draw(NOISE)
    return `[${Array.from(middle, (value, at) => (value + noise[at]!).toFixed(3)).join()}]`
  }
}

function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1_000
}
