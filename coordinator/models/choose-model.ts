import { sql } from 'kysely'
import { AppError } from '../../protocol/errors.ts'
import type { VisionTask } from '../../protocol/models.ts'
import type { Database, DatabaseTransaction } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import { dropQueued } from './drop-queued.ts'
import { requireModelInUse } from './model-in-use.ts'
import { type Sweep, startSweep } from './start-sweep.ts'
import { readCoverage } from './task-coverage.ts'

/**
 * Takes a model into use for a task; null: none, because a person wants none. What another model has found stays
 * until this one has looked; its queued looks are dropped.
 *
 * @returns assets that it has not looked at yet; they are queued in the background, newest first
 * @throws AppError `not_found` when no machine has ever had such a model, `bad_request` when it is for another task
 */
export async function chooseModel(
  db: Database,
  task: VisionTask,
  key: string | null,
  accountId: number,
): Promise<number> {
  await transact(db, { durable: true }, async (tx) => {
    const modelId = key === null ? null : await requireModel(tx, task, key)
    await sql`
      insert into task_model (task, model_id, account_id) values (${task}, ${modelId}, ${accountId})
      on conflict (task) do update
        set model_id = excluded.model_id, account_id = excluded.account_id, chosen_at = now(),
          searched_model_id = (select id from model
            where task = 'embed' and id = coalesce(task_model.searched_model_id, task_model.model_id)
              and id is distinct from excluded.model_id
              and exists (select 1 from asset_embedding where model_id = model.id))`.execute(tx)
    await tx.deleteFrom('vision_sweep').where('task', '=', task).execute()
    if (modelId !== null) await startSweep(tx, { task, which: 'missing' })
  })
  await dropQueued(db, task)
  return key === null ? 0 : await countLeft(db, task)
}

/**
 * Lets the model in use look at assets again, or at those that it has not seen.
 *
 * @returns assets that will be looked at
 * @throws AppError `model_missing` when none is in use, `not_found` when there is no such library
 */
export async function runModel(db: Database, { task, which, libraryId }: Sweep): Promise<number> {
  await requireModelInUse(db, task)
  if (libraryId !== undefined && libraryId !== null) {
    const library = await db.selectFrom('library').select('id').where('id', '=', libraryId).executeTakeFirst()
    if (!library) throw new AppError('not_found', `There is no library ${libraryId}`)
  }
  await startSweep(db, { task, which, libraryId })
  const coverage = await readCoverage(db)
  const { total, done } = coverage.get(task)!
  return which === 'all' ? total : Math.max(0, total - done)
}

async function countLeft(db: Database, task: VisionTask): Promise<number> {
  const { total, done } = (await readCoverage(db)).get(task)!
  return Math.max(0, total - done)
}

async function requireModel(tx: DatabaseTransaction, task: VisionTask, key: string): Promise<number> {
  const model = await tx.selectFrom('model').select(['id', 'task']).where('key', '=', key).executeTakeFirst()
  if (!model)
    throw new AppError('not_found', `No machine has a model ${key}: “hearth models list” shows what there is`)
  if (model.task !== task)
    throw new AppError('bad_request', `Model ${key} is for “${model.task}” and not for “${task}”`)
  return model.id
}
