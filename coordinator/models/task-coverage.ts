import { sql } from 'kysely'
import { VisionTask } from '../../protocol/models.ts'
import type { Queryable } from '../db/database.ts'
import { lookKinds } from './look-kinds.ts'

/** How far a task has come, in assets. */
export type Coverage = { total: number; done: number; problems: number; open: number; dead: number }

/**
 * By task, for the models in use. Everything comes from counters, however many assets there are.
 *
 * Outlines are only for assets in which something is: their total is what has been queued for them.
 */
export async function readCoverage(db: Queryable): Promise<Map<VisionTask, Coverage>> {
  const { rows } = await sql<{
    task: VisionTask
    done: number
    problems: number
    open: number
    dead: number
  }>`
    select use.task, looks.done, looks.problems, jobs.open, jobs.dead
    from (values ${sql.join(VisionTask.options.map((task) => sql`(${task}, ${lookKinds[task]})`))}) use (task, kind)
    left join task_model on task_model.task = use.task
    left join model on model.id = task_model.model_id
    cross join lateral (
      select coalesce(sum(amount), 0)::bigint as done,
        coalesce(sum(amount) filter (where is_problem), 0)::bigint as problems
      from look_tally where look_tally.model_id = model.id) looks
    cross join lateral (
      select coalesce(sum(amount) filter (where state in ('queued', 'leased')), 0)::bigint as open,
        coalesce(sum(amount) filter (where state = 'dead'), 0)::bigint as dead
      from lane join job_tally on job_tally.lane_id = lane.id
      where lane.kind = use.kind and lane.model = model.key) jobs`.execute(db)
  const shown = await countShown(db)
  return new Map(
    rows.map(({ task, ...counts }) => {
      const total = task === 'segment' ? counts.done + Math.max(0, counts.open) + counts.dead : shown
      return [
        task,
        {
          total,
          done: Math.max(0, Math.min(counts.done, total)),
          problems: Math.max(0, counts.problems),
          open: Math.max(0, counts.open),
          dead: Math.max(0, counts.dead),
        },
      ]
    }),
  )
}

/** Assets with a preview: all that are shown, less those that are damaged and have none. */
async function countShown(db: Queryable): Promise<number> {
  const { rows } = await sql<{ total: number }>`
    select (coalesce((select sum(count) from timeline_bucket), 0)
      - (select count(*) from asset where problem is not null and listed and version = 'none'))::bigint as total`.execute(
    db,
  )
  return Math.max(0, rows[0]!.total)
}
