import { sql } from 'kysely'
import type { VisionTask } from '../../protocol/models.ts'
import type { DatabaseTransaction } from '../db/database.ts'
import { dueLooks } from '../detections/due-looks.ts'
import { lookJob, modelsInUse, readLookFacts } from '../detections/follow-previews.ts'
import { enqueueJobs } from '../jobs/enqueue.ts'
import { lookKinds } from './look-kinds.ts'

/** Assets of one step: short enough that nobody waits for its transaction. */
const STEP = 1_000

type SweepRow = {
  task: VisionTask
  which: 'all' | 'missing' | 'new'
  libraryId: number | null
  at: string
  assetId: number
}

/**
 * Takes one sweep a step further: looks at the next assets and queues what is due. A coordinator that ends in between
 * has lost nothing; the next goes on there.
 *
 * @returns the number of jobs that were queued; undefined when no sweep is under way
 */
export async function runSweepStep(tx: DatabaseTransaction): Promise<number | undefined> {
  const { rows } = await sql<SweepRow>`
    select task, which, library_id as "libraryId", at::text as at, asset_id as "assetId" from vision_sweep
    order by started_at limit 1 for update skip locked`.execute(tx)
  const sweep = rows[0]
  if (!sweep) return undefined
  const inUse = await modelsInUse(tx)
  const model = inUse.get(sweep.task)
  const assets = model ? await nextAssets(tx, sweep) : []
  const last = assets.at(-1)
  if (!model || !last || assets.length < STEP) await endSweep(tx, sweep)
  else
    await sql`update vision_sweep set asset_id = a.id, at = a.sort_at from asset a
      where task = ${sweep.task} and a.id = ${last.id}`.execute(tx)
  if (!model) return 0
  const ids = new Map([...inUse].map(([task, { id }]) => [task, id]))
  const due = assets.filter((asset) =>
    dueLooks(sweep.which === 'all' ? forget(asset, sweep.task) : asset, ids).includes(sweep.task),
  )
  const jobs = due.map((asset) => lookJob(asset, sweep.task, model.key))
  const left = sweep.which === 'new' ? await withoutDead(tx, sweep.task, model.key, jobs) : jobs
  return (await enqueueJobs(tx, left)).length
}

/** As if the task had never been done. */
function forget<T extends { looks: readonly { task: VisionTask }[] }>(facts: T, task: VisionTask): T {
  return { ...facts, looks: facts.looks.filter((look) => look.task !== task) }
}

async function nextAssets(tx: DatabaseTransaction, { libraryId, at, assetId }: SweepRow) {
  return await readLookFacts(
    tx,
    sql`(a.sort_at, a.id) < (${at}::timestamp, ${at === 'infinity' ? Number.MAX_SAFE_INTEGER : assetId})
      and (${libraryId}::bigint is null or a.library_id = ${libraryId})`,
    STEP,
  )
}

async function endSweep(tx: DatabaseTransaction, { task }: SweepRow): Promise<void> {
  await tx.deleteFrom('vision_sweep').where('task', '=', task).execute()
}

async function withoutDead<J extends { subjectId: number }>(
  tx: DatabaseTransaction,
  task: VisionTask,
  model: string,
  jobs: readonly J[],
): Promise<J[]> {
  const { rows } = await sql<{ id: number }>`
    select job.subject_id as id from job join lane on lane.id = job.lane_id
    where job.kind = ${lookKinds[task]} and job.state = 'dead' and lane.model = ${model}
      and job.subject_id = any(${jobs.map(({ subjectId }) => subjectId)}::bigint[])`.execute(tx)
  const dead = new Set(rows.map(({ id }) => id))
  return jobs.filter(({ subjectId }) => !dead.has(subjectId))
}
