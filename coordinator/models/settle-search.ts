import { sql } from 'kysely'
import type { Database } from '../db/database.ts'
import { type Coverage, readCoverage } from './task-coverage.ts'

/** Of all pictures; the rest may never be looked at, because each look fails. */
const ENOUGH = 0.95
/** Vectors of one step: short enough that nobody waits for its transaction. */
const STEP = 2_000

/**
 * Lets the model in use answer searches as soon as it has looked at nearly everything, and forgets vectors of models
 * that nobody searches any more.
 *
 * @returns whether another model answers now
 */
export async function settleSearch(db: Database): Promise<boolean> {
  const isSettled = await handOver(db)
  while (await forgetStep(db)) {
    // Until none is left.
  }
  return isSettled
}

/** Whether a model that replaces another has looked at enough to answer in its place. */
export function hasCaughtUp({ total, done }: Pick<Coverage, 'total' | 'done'>): boolean {
  return done >= ENOUGH * total
}

async function handOver(db: Database): Promise<boolean> {
  const { rows } = await sql`select 1 from task_model
    where task = 'embed' and model_id is not null and searched_model_id is not null`.execute(db)
  if (rows.length === 0 || !hasCaughtUp((await readCoverage(db)).get('embed')!)) return false
  await sql`update task_model set searched_model_id = null where task = 'embed' and model_id is not null`.execute(
    db,
  )
  return true
}

/** A task without a model keeps its vectors: what a person takes out of use may come back. */
async function forgetStep(db: Database): Promise<boolean> {
  const { rows } = await sql`
    delete from asset_embedding where ctid = any(array(
      select e.ctid from model
      cross join lateral (select ctid from asset_embedding where model_id = model.id limit ${STEP}) e
      where model.task = 'embed' and exists (select 1 from task_model
        where task = 'embed' and model_id <> model.id and searched_model_id is distinct from model.id)
      limit ${STEP}))
    returning 1`.execute(db)
  return rows.length === STEP
}
