import { VisionTask } from '../../protocol/models.ts'
import type { Database } from '../db/database.ts'
import { dropQueued } from './drop-queued.ts'
import { findModelInUse } from './model-in-use.ts'
import { startSweep } from './start-sweep.ts'
import { type Coverage, readCoverage } from './task-coverage.ts'

/**
 * A safety net: queues looks that nobody has queued, whatever went wrong, and drops those by models that are not in
 * use any more.
 */
export async function sweepForgotten(db: Database): Promise<void> {
  const coverage = await readCoverage(db)
  for (const task of VisionTask.options) {
    await dropQueued(db, task)
    if ((await findModelInUse(db, task)) && isAnyForgotten(coverage.get(task)!))
      await startSweep(db, { task, which: 'new' })
  }
}

/** Assets that are neither done nor waiting nor given up. */
export function isAnyForgotten({ total, done, open, dead }: Coverage): boolean {
  return total - done - open - dead > 0
}
