import { inspect, isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openDatabase } from '../db/database.ts'
import { eachEngine, freshDatabase } from '../db/testing/fresh-database.ts'
import { findOrder } from './testing/find-order.ts'
import { type Model, type ModelJob, restOf } from './testing/model-job.ts'
import { QueueWorld } from './testing/queue-world.ts'
import { type Intent, type Lives, resolve, schedule } from './testing/schedule.ts'

/** It takes a minute and a half on two cores that nobody else needs. */
const LIMIT_MS = 590_000

/** How many schedules, over how many databases at once. */
const sizes = { server: { runs: 10_000, worlds: 4 }, embedded: { runs: 300, worlds: 1 } }

eachEngine('whatever happens to the queue in whatever order', (engine) => {
  const { runs, worlds } = sizes[engine]
  test(
    `is what the model says, over ${runs} schedules`,
    async () => {
      await Promise.all(
        Array.from({ length: worlds }, () => checkSchedules(engine, Math.ceil(runs / worlds))),
      )
    },
    LIMIT_MS,
  )
})

async function checkSchedules(engine: 'server' | 'embedded', numRuns: number): Promise<void> {
  await using fresh = await freshDatabase(engine)
  const other = openDatabase(fresh.address)
  try {
    const world = await QueueWorld.create([fresh.db, other])
    await fc.assert(
      fc.asyncProperty(schedule, (groups) => checkSchedule(world, groups)),
      { numRuns },
    )
  } finally {
    await other.destroy()
  }
}

async function checkSchedule(world: QueueWorld, groups: readonly Intent[][]): Promise<void> {
  let model = await world.reset()
  const lives: Lives = new Map()
  for (const group of groups) {
    const steps = group.flatMap((intent) => resolve(intent, world, model, lives) ?? [])
    if (steps.length === 0) continue
    const outcomes = await world.runAll(steps)
    const rows = await world.readJobs()
    const rest = await world.readRest()
    const runs = steps.map((step, i) => ({ step, outcome: outcomes[i]! }))
    const after = findOrder(
      model,
      runs,
      (found) => isSame(found, rows) && isDeepStrictEqual(restOf(found), rest),
    )
    if (!after)
      throw new Error(
        `No order of these steps explains the rows: ${inspect({ runs, changes: changes(model, rows) }, { depth: null })}`,
      )
    checkInvariants(model, rows)
    model = { ...after, jobs: rows }
  }
  expect(await world.findContradictions()).toEqual([])
}

/** What the clock decides is not the model's. */
function comparable(job: ModelJob): Partial<ModelJob> {
  const { leasedAtUs: _, isDue: __, ...rest } = job
  return job.state === 'queued' ? rest : { ...rest, waiting: false }
}

function isSame(model: Model, rows: ReadonlyMap<number, ModelJob>): boolean {
  if (model.jobs.size !== rows.size) return false
  return [...rows].every(([id, row]) => {
    const job = model.jobs.get(id)
    return job !== undefined && isDeepStrictEqual(comparable(job), comparable(row))
  })
}

/** Of every moment, whatever the model thinks. */
function checkInvariants(before: Model, rows: ReadonlyMap<number, ModelJob>): void {
  for (const job of rows.values()) {
    expect(job.fencingToken).toBeGreaterThanOrEqual(before.jobs.get(job.id)?.fencingToken ?? 0)
    expect(job.effects).toBe(job.state === 'done' ? 1 : 0)
    expect(job.hasExpiry).toBe(job.state === 'leased')
    if (job.state === 'leased') expect(job.waiting).toBe(false)
  }
}

function changes(before: Model, rows: ReadonlyMap<number, ModelJob>) {
  return [...rows.values()]
    .filter((row) => !isDeepStrictEqual(before.jobs.get(row.id), row))
    .map((row) => ({ before: before.jobs.get(row.id), row }))
}
