import { parseArgs } from 'node:util'
import { sql } from 'kysely'
import { testEnvironment } from '../../config/test-environment.ts'
import { editAssets } from '../../coordinator/curation/edit-assets.ts'
import { type Engine, freshDatabase } from '../../coordinator/db/testing/fresh-database.ts'
import type { BulkEdit } from '../../protocol/curation.ts'
import { formatResult } from './bench-line.ts'
import { describeMachine } from './machine.ts'
import { fillWithAssets } from './many-assets.ts'

const GOAL = '< 2'

/**
 * `npm run bench -- edits [--assets N] [--runs N]`: how long people wait until an edit of many pictures is
 * acknowledged, with its history and with the writing of sidecars queued, on each database. The yardstick is a bare
 * update of one column of the same rows, committed in the same way.
 */
export async function benchEdits(parameters: string[]): Promise<void> {
  const { values } = parseArgs({
    args: parameters,
    options: { assets: { type: 'string', default: '10000' }, runs: { type: 'string', default: '5' } },
  })
  console.log(describeMachine())
  for (const engine of testEnvironment.databaseUrl
    ? (['embedded', 'server'] as const)
    : (['embedded'] as const))
    await benchOn(engine, Number(values.assets), Number(values.runs))
}

async function benchOn(engine: Engine, assets: number, runs: number): Promise<void> {
  await using fresh = await freshDatabase(engine)
  const { db } = fresh
  await fillWithAssets(db, assets)
  await sql`update library set write_back = 'sidecar'`.execute(db)
  await sql`analyze`.execute(db)
  const account = await db
    .insertInto('account')
    .values({ name: 'bench', password_hash: 'none', role: 'admin' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const ids = (await db.selectFrom('asset').select('id').execute()).map(({ id }) => id)
  const bareMs: number[] = []
  const editMs: number[] = []
  for (let run = 0; run < runs; run += 1) {
    bareMs.push(await timeOf(() => sql`update asset set lens = ${`lens ${run}`}`.execute(db)))
    const edit: BulkEdit = { rating: run % 5, addKeywords: [[`trip ${run}`]] }
    editMs.push(await timeOf(() => editAssets(db, { assetIds: ids }, edit, { accountId: account.id })))
  }
  console.log(
    formatResult({
      bench: 'edits',
      metric: `${assets} assets in one edit, first, ${engine}`,
      value: editMs[0]! / 1_000,
      unit: 's',
    }),
  )
  console.log(
    formatResult({
      bench: 'edits',
      metric: `${assets} assets in one edit, median, ${engine}`,
      value: median(editMs) / 1_000,
      unit: 's',
      goal: GOAL,
    }),
  )
  console.log(
    formatResult({
      bench: 'edits',
      metric: `beside a bare update, ${engine}`,
      value: median(editMs),
      unit: 'ms',
      yardstick: median(bareMs),
    }),
  )
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
