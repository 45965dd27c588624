import { sql } from 'kysely'
import type { VisionTask } from '../../protocol/models.ts'
import type { Queryable } from '../db/database.ts'

/**
 * What a sweep queues. `all`: every asset, also those that the model has seen. `missing`: those that it has not seen.
 * `new`: of these, only what has never been tried; what failed waits for a person.
 */
export type Sweep = {
  task: VisionTask
  which: 'all' | 'missing' | 'new'
  libraryId?: number | null | undefined
}

/**
 * Begins, from the newest asset, the queueing of what a task has to look at. One that is under way begins again; the
 * wider of the two counts.
 */
export async function startSweep(db: Queryable, { task, which, libraryId = null }: Sweep): Promise<void> {
  await sql`
    insert into vision_sweep as before (task, which, library_id) values (${task}, ${which}, ${libraryId})
    on conflict (task) do update set
      -- In the order of the alphabet they go from wide to narrow.
      which = least(before.which, excluded.which),
      library_id = case when before.library_id = excluded.library_id then excluded.library_id end,
      at = 'infinity', asset_id = 0, started_at = now()`.execute(db)
}
