import { sql } from 'kysely'
import type { VisionTask } from '../../protocol/models.ts'
import type { Database } from '../db/database.ts'
import { lookKinds } from './look-kinds.ts'

/** Jobs of one step: there may be one for every asset. */
const STEP = 2_000

/** Cancels the queued looks of a task by other models than the one in use. What runs already ends and is not stored. */
export async function dropQueued(db: Database, task: VisionTask): Promise<void> {
  for (;;) {
    const { rows } = await sql`
      update job set state = 'cancelled', finished_at = now(), error_message = 'Another model is in use now'
      where id in (select job.id from job join lane on lane.id = job.lane_id
        where lane.kind = ${lookKinds[task]} and job.state = 'queued' and lane.model is distinct from (
          select model.key from task_model join model on model.id = task_model.model_id
          where task_model.task = ${task})
        limit ${STEP} for update of job skip locked)
      returning id`.execute(db)
    if (rows.length < STEP) return
  }
}
