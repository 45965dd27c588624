import { sql } from 'kysely'
import type { Queryable } from '../db/database.ts'

/** What the detector in use calls the things that it finds, found or not, in its own order. */
export async function listClasses(db: Queryable): Promise<string[]> {
  const { rows } = await sql<{ classes: string[] | null }>`
    select model.card->'classes' as classes from task_model join model on model.id = task_model.model_id
    where task_model.task = 'detect'`.execute(db)
  return rows[0]?.classes ?? []
}
