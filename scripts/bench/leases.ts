import { parseArgs } from 'node:util'
import { startPrivatePostgres } from '../test/private-postgres.ts'
import { type BenchResult, formatResult, median } from './bench-line.ts'
import { benchQueueEndToEnd } from './leases-end-to-end.ts'
import { describeMachine } from './machine.ts'
import { openGraphileQueue } from './queues/graphile-queue.ts'
import { openHearthQueue } from './queues/hearth-queue.ts'
import { openPgBossQueue } from './queues/pg-boss-queue.ts'
import type { QueueUnderTest } from './queues/queue-under-test.ts'
import { openRawQueue } from './queues/raw-queue.ts'

const CLIENTS = 8
const BATCH = 20

/**
 * B7: no-op jobs per second at the layer of the database, beside other queues on the same server, and how the
 * cost grows with the queue. B8, B9: through real agents. Prints what it does, then one JSON line per result.
 */
export async function benchLeases(parameters: string[]): Promise<void> {
  const { values } = parseArgs({
    args: parameters,
    options: {
      jobs: { type: 'string', default: '20000' },
      runs: { type: 'string', default: '5' },
      deep: { type: 'string', default: '1000000' },
      done: { type: 'string', default: '0' },
      only: { type: 'string' },
    },
  })
  const [jobs, runs, deep, done] = [values.jobs, values.runs, values.deep, values.done].map(Number) as [
    number,
    number,
    number,
    number,
  ]
  console.log(describeMachine())
  const postgres = await startPrivatePostgres({ durable: true })
  try {
    const results: BenchResult[] = []
    const wanted = (bench: string) => values.only === undefined || values.only === bench
    if (wanted('B7')) results.push(...(await benchBeside(postgres.url, jobs, runs)))
    if (wanted('depth')) results.push(...(await benchDepth(postgres.url, jobs, runs, deep, done)))
    if (wanted('B8'))
      results.push(...(await benchQueueEndToEnd(postgres.url, ['server', 'embedded'], jobs, runs)))
    for (const result of results) console.log(formatResult(result))
  } finally {
    await postgres.stop()
  }
}

/** The queues take turns, so that a slow minute of the machine falls on all of them. */
async function benchBeside(url: string, jobs: number, runs: number): Promise<BenchResult[]> {
  const raw = await openRawQueue(url, CLIENTS)
  const boss = await openPgBossQueue(url, CLIENTS)
  const graphile = await openGraphileQueue(url, CLIENTS)
  const hearth = await openHearthQueue({ url })
  const rates = new Map<string, number[]>()
  const measure = async (queue: QueueUnderTest, batch: number, count: number) => {
    await queue.fill(count)
    const rate = await rateOf(queue, batch, count)
    const name = `${queue.name} ×${batch}`
    rates.set(name, [...(rates.get(name) ?? []), rate])
    console.log(`${name.padEnd(24)} ${Math.round(rate)} jobs/s`)
  }
  for (let run = 0; run < runs; run += 1) {
    for (const queue of [raw, boss, hearth, graphile]) {
      await measure(queue, 1, Math.ceil(jobs / 4))
      if (queue !== graphile) await measure(queue, BATCH, jobs)
    }
  }
  for (const queue of [raw, boss, graphile, hearth]) await queue.close()

  const of = (name: string) => median(rates.get(name)!)
  const beside = (batch: number, other: string, goal: string): BenchResult => ({
    bench: 'B7',
    metric: `lease and complete, batch ${batch}, beside ${other}`,
    value: of(`Hearth ×${batch}`),
    unit: 'jobs/s',
    yardstick: of(`${other} ×${batch}`),
    goal,
  })
  return [
    beside(1, 'bare SQL', '≥ 0.5'),
    beside(BATCH, 'bare SQL', '≥ 0.5'),
    beside(1, 'pg-boss', '≥ 3'),
    beside(BATCH, 'pg-boss', '≥ 3'),
    beside(1, 'graphile-worker', '≥ 1'),
  ]
}

/** What a job costs in a deep queue, beside one in a short queue. @param done jobs that lie about, ended */
async function benchDepth(
  url: string,
  jobs: number,
  runs: number,
  deep: number,
  done: number,
): Promise<BenchResult[]> {
  const hearth = await openHearthQueue({ url }, { done })
  const costs: Record<'short' | 'deep', number[]> = { short: [], deep: [] }
  for (let run = 0; run < runs; run += 1) {
    for (const [name, queued] of [
      ['short', 10_000],
      ['deep', deep],
    ] as const) {
      await hearth.fill(queued)
      const rate = await rateOf(hearth, BATCH, Math.min(jobs, 8_000))
      costs[name].push(1_000 / rate)
      console.log(`${queued} queued`.padEnd(24), `${(1_000 / rate).toFixed(4)} ms a job`)
    }
  }
  await hearth.close()
  return [
    {
      bench: 'B7',
      metric: `cost of a job with ${deep} queued and ${done} done, beside 10000 queued`,
      value: median(costs.deep),
      unit: 'ms',
      yardstick: median(costs.short),
      goal: '≤ 1.5',
    },
  ]
}

async function rateOf(queue: QueueUnderTest, batch: number, count: number): Promise<number> {
  const start = performance.now()
  const done = await queue.drain(CLIENTS, batch, count)
  if (done < count) throw new Error(`${queue.name} did ${done} of ${count} jobs`)
  return done / ((performance.now() - start) / 1_000)
}
