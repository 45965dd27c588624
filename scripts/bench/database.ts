import { parseArgs } from 'node:util'
import { type Database, type DatabaseAddress, openDatabase } from '../../coordinator/db/database.ts'
import { migrate } from '../../coordinator/db/migrate.ts'
import { bareEmbeddedDatabase } from '../../coordinator/db/testing/embedded-database.ts'
import { startPrivatePostgres } from '../test/private-postgres.ts'
import { type BenchResult, formatResult, median } from './bench-line.ts'
import { commitRate, prepareCommits } from './database/commit-rate.ts'
import { benchStart } from './database/start-time.ts'
import { timeMonths, timePages } from './database/timeline-reads.ts'
import { runVectors } from './database/vector-search.ts'
import { describeMachine } from './machine.ts'
import { fillWithAssets, ROWS_PER_ASSET } from './many-assets.ts'
import { openHearthQueue } from './queues/hearth-queue.ts'

const COMMIT_SECONDS = 3
const CLIENTS = 8
const BATCH = 20
const READS = 300
const QUERIES = 20

type Engine = 'embedded' | 'server'
type Both = Record<Engine, { db: Database; address: DatabaseAddress }>
type Sizes = { runs: number; jobs: number; assets: number; vectors: number }

/**
 * The embedded database beside a Postgres server that syncs, on the same disk and in the same run, and B19. The two
 * take turns, so that a slow minute of the machine falls on both. Prints what it does, then one JSON line per
 * result: `value` is the embedded one's, `yardstick` the server's.
 */
export async function benchDatabase(parameters: string[]): Promise<void> {
  const { values } = parseArgs({
    args: parameters,
    options: {
      runs: { type: 'string', default: '3' },
      jobs: { type: 'string', default: '10000' },
      assets: { type: 'string', default: '100000' },
      vectors: { type: 'string', default: '100000' },
      rows: { type: 'string', default: '1000000' },
      only: { type: 'string' },
    },
  })
  const wanted = (part: string) => values.only === undefined || values.only === part
  const sizes = {
    runs: Number(values.runs),
    jobs: Number(values.jobs),
    assets: Number(values.assets),
    vectors: Number(values.vectors),
  }
  console.log(describeMachine())
  const results: BenchResult[] = []
  const parts: Record<string, (both: Both, sizes: Sizes) => Promise<BenchResult[]>> = {
    commits: benchCommits,
    queue: benchQueue,
    library: benchLibrary,
    vectors: benchVectors,
  }
  const chosen = Object.keys(parts).filter(wanted)
  if (chosen.length > 0) {
    const postgres = await startPrivatePostgres({ durable: true })
    await using embedded = await bareEmbeddedDatabase()
    const server = { db: openDatabase(postgres), address: { url: postgres.url } }
    try {
      for (const { db } of [embedded, server]) await migrate(db)
      for (const part of chosen) results.push(...(await parts[part]!({ embedded, server }, sizes)))
    } finally {
      await server.db.destroy()
      await postgres.stop()
    }
  }
  if (wanted('start')) results.push(...(await benchStart(Number(values.rows))))
  for (const result of results) console.log(formatResult(result))
  console.log(describeMachine())
}

async function benchCommits(both: Both, { runs }: Sizes): Promise<BenchResult[]> {
  for (const { db } of Object.values(both)) await prepareCommits(db)
  const results: BenchResult[] = []
  for (const durable of [true, false]) {
    for (const connections of [1, CLIENTS]) {
      const options = { connections, durable, seconds: COMMIT_SECONDS }
      const metric = `commits, ${durable ? 'synced' : 'not synced'}, ${connections} connections`
      results.push(await beside(metric, 'commits/s', both, runs, ({ db }) => commitRate(db, options)))
    }
  }
  return results
}

async function benchQueue(both: Both, { runs, jobs }: Sizes): Promise<BenchResult[]> {
  const queues = {
    embedded: await openHearthQueue(both.embedded.address),
    server: await openHearthQueue(both.server.address),
  }
  const results: BenchResult[] = []
  for (const batch of [1, BATCH]) {
    const count = batch === 1 ? Math.ceil(jobs / 4) : jobs
    const metric = `lease and complete, ${CLIENTS} clients, batch ${batch}`
    results.push(
      await beside(metric, 'jobs/s', both, runs, async (_, engine) => {
        await queues[engine].fill(count)
        const startedAt = performance.now()
        await queues[engine].drain(CLIENTS, batch)
        return count / ((performance.now() - startedAt) / 1_000)
      }),
    )
  }
  for (const queue of Object.values(queues)) await queue.close()
  return results
}

async function benchLibrary(both: Both, { runs, assets }: Sizes): Promise<BenchResult[]> {
  const filled = await beside(`bulk insert of ${assets} read pictures`, 'rows/s', both, 1, async ({ db }) => {
    const startedAt = performance.now()
    await fillWithAssets(db, assets)
    return (assets * ROWS_PER_ASSET) / ((performance.now() - startedAt) / 1_000)
  })
  const results = [filled]
  for (const [name, share] of shares) {
    results.push(
      await beside(`timeline page of 200 at any depth, ${name}`, 'ms', both, runs, async ({ db }) =>
        quantile(await timePages(db, READS), share),
      ),
      await beside(`months of the timeline, ${name}`, 'ms', both, runs, async ({ db }) =>
        quantile(await timeMonths(db, READS), share),
      ),
    )
  }
  return results
}

async function benchVectors(both: Both, { vectors }: Sizes): Promise<BenchResult[]> {
  const log = (step: string) => console.log(step)
  const embedded = await runVectors(both.embedded.db, { vectors, queries: QUERIES, log })
  const server = await runVectors(both.server.db, { vectors, queries: QUERIES, log })
  const result = (metric: string, unit: string, of: (run: typeof embedded) => number): BenchResult => ({
    bench: 'database',
    metric: `${metric}, ${vectors} vectors of 512`,
    value: of(embedded),
    unit,
    yardstick: of(server),
  })
  return [
    result('bulk insert', 'vectors/s', ({ insertPerSecond }) => insertPerSecond),
    ...shares.map(([name, share]) =>
      result(`exact search, top 50, ${name}`, 'ms', ({ exactMs }) => quantile(exactMs, share)),
    ),
    result('building the HNSW index', 's', ({ indexSeconds }) => indexSeconds),
    ...shares.map(([name, share]) =>
      result(`HNSW search, top 50, ${name}`, 'ms', ({ indexedMs }) => quantile(indexedMs, share)),
    ),
    result('recall of the HNSW search', 'of 1', ({ recall }) => recall),
  ]
}

const shares = [
  ['p50', 0.5],
  ['p95', 0.95],
] as const

/** Measures one after the other, `runs` times, and takes the medians. */
async function beside(
  metric: string,
  unit: string,
  both: Both,
  runs: number,
  measure: (one: Both[Engine], engine: Engine) => Promise<number>,
): Promise<BenchResult> {
  const values: Record<Engine, number[]> = { embedded: [], server: [] }
  for (let run = 0; run < runs; run += 1)
    for (const engine of ['embedded', 'server'] as const)
      values[engine].push(await measure(both[engine], engine))
  const [value, yardstick] = [median(values.embedded), median(values.server)]
  console.log(
    metric.padEnd(52),
    `embedded ${value.toPrecision(4)}, server ${yardstick.toPrecision(4)} ${unit}`,
  )
  return { bench: 'database', metric, value, unit, yardstick }
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]!
}
