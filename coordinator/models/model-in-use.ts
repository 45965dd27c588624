import { AppError } from '../../protocol/errors.ts'
import type { ModelCard, VisionTask } from '../../protocol/models.ts'
import type { Queryable } from '../db/database.ts'

export type ModelInUse = { id: number; key: string; card: ModelCard }

/** What each task can do, for the end of a sentence. */
const taskWords: Record<VisionTask, string> = {
  detect: 'finding things in pictures',
  segment: 'outlines',
  embed: 'searching by meaning',
  faces: 'finding faces',
}

/** Of `config/models.yaml`, one that can be downloaded, for the sentence that says what to do. */
export const firstModels: Record<VisionTask, string> = {
  detect: 'yolox-nano',
  segment: 'mobilesam',
  embed: 'clip-vit-b32',
  faces: 'yunet-sface',
}

export async function findModelInUse(db: Queryable, task: VisionTask): Promise<ModelInUse | undefined> {
  return await db
    .selectFrom('task_model')
    .innerJoin('model', 'model.id', 'task_model.model_id')
    .select(['model.id', 'model.key', 'model.card'])
    .where('task_model.task', '=', task)
    .executeTakeFirst()
}

/** @throws AppError `model_missing` with what to do */
export async function requireModelInUse(db: Queryable, task: VisionTask): Promise<ModelInUse> {
  const model = await findModelInUse(db, task)
  if (!model) throw new AppError('model_missing', noModel(task))
  return model
}

/** Why nothing goes on with a task for which no model is in use. */
export function noModel(task: VisionTask): string {
  return `No model is in use for ${taskWords[task]}: run “hearth models pull ${firstModels[task]}” on a machine with a worker, or choose one that is there with “hearth models use ${task}”`
}
