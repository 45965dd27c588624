import { sql } from 'kysely'
import { AppError, type ErrorCode } from '../../protocol/errors.ts'
import type { AgentView, FailureGroup, JobView } from '../../protocol/fleet.ts'
import type { JobKind, JobState } from '../../protocol/jobs.ts'
import { decodePathName, displayPathName, joinPathName } from '../../protocol/path-name.ts'
import type { Queryable } from '../db/database.ts'
import { lookKinds } from '../models/look-kinds.ts'
import { idBelow, type Page, pageById } from '../search/page.ts'
import { listAgents } from './agent-views.ts'
import { type LaneRow, laneFacts, selectLanes } from './lane-facts.ts'
import { waitsFor } from './waits-for.ts'

export type JobListRequest = {
  kind?: JobKind | undefined
  state?: JobState | undefined
  code?: ErrorCode | undefined
  libraryId?: number | undefined
  cursor?: string | undefined
  limit: number
}

/** Jobs, newest first. */
export async function listJobs(db: Queryable, request: JobListRequest): Promise<Page<JobView>> {
  const { kind, state, code, libraryId } = request
  const jobs = await selectJobs(db)
    .where('job.id', '<', idBelow(request.cursor))
    .$if(kind !== undefined, (query) => query.where('job.kind', '=', kind!))
    .$if(state !== undefined, (query) => query.where('job.state', '=', state!))
    .$if(code !== undefined, (query) => query.where('job.error_code', '=', code!))
    .$if(libraryId !== undefined, (query) => query.where('job.library_id', '=', libraryId!))
    .orderBy('job.id', 'desc')
    .limit(request.limit + 1)
    .execute()
  const fleet = await readFleet(db)
  return pageById(jobs, request.limit, (job) => viewOf(job, fleet))
}

/** @throws AppError `not_found` */
export async function requireJob(db: Queryable, jobId: number): Promise<JobView> {
  const job = await selectJobs(db).where('job.id', '=', jobId).executeTakeFirst()
  if (!job) throw new AppError('not_found', `There is no job ${jobId}`)
  return viewOf(job, await readFleet(db))
}

/** Dead jobs by kind and reason, most first. */
export async function listFailures(db: Queryable): Promise<FailureGroup[]> {
  const { rows } = await sql<FailureGroup>`
    select kind, error_code as code, count(*) as count,
      (array_agg(coalesce(error_message, '') order by id desc))[1] as example
    from job where state = 'dead' and error_code is not null
    group by kind, error_code order by count(*) desc, kind, error_code`.execute(db)
  return rows
}

type Fleet = { agents: readonly AgentView[]; lanes: ReadonlyMap<number, LaneRow> }

async function readFleet(db: Queryable): Promise<Fleet> {
  const { rows } = await selectLanes(db)
  return { agents: await listAgents(db), lanes: new Map(rows.map((lane) => [lane.id, lane])) }
}

type JobRow = NonNullable<Awaited<ReturnType<ReturnType<typeof selectJobs>['executeTakeFirst']>>>

/** With what a job is about: a file for those of files, else its library. */
function selectJobs(db: Queryable) {
  return db
    .selectFrom('job')
    .leftJoin('asset as about', (join) =>
      join
        .onRef('about.id', '=', 'job.subject_id')
        .on('job.kind', 'in', ['sidecar.write', 'sidecar.restore', ...Object.values(lookKinds)]),
    )
    .leftJoin('asset_file', (join) =>
      join.on(
        'asset_file.id',
        '=',
        sql<number>`case when job.kind = 'file.ingest' then job.subject_id else about.cover_file_id end`,
      ),
    )
    .leftJoin('folder', 'folder.id', 'asset_file.folder_id')
    .leftJoin('library', 'library.id', 'job.library_id')
    .leftJoin('job as before', 'before.id', 'job.after_job_id')
    .select([
      'job.id',
      'job.kind',
      'job.lane_id',
      'job.state',
      'job.waiting',
      'job.priority',
      'job.library_id',
      'job.agent_id',
      'job.attempt',
      'job.progress',
      'job.run_after',
      'job.error_code',
      'job.error_message',
      'job.created_at',
      'job.started_at',
      'job.finished_at',
      'before.id as before_id',
      'before.state as before_state',
      'asset_file.asset_id',
      'asset_file.name as file_name',
      'folder.path as folder_path',
      'library.name as library_name',
    ])
}

function viewOf(job: JobRow, fleet: Fleet): JobView {
  const lane = fleet.lanes.get(job.lane_id)
  const after = job.before_id === null ? null : { id: job.before_id, state: job.before_state ?? 'queued' }
  return {
    id: job.id,
    kind: job.kind,
    state: job.state,
    libraryId: job.library_id,
    subject: subjectOf(job),
    assetId: job.asset_id,
    agentId: job.agent_id,
    priority: job.priority,
    attempt: job.attempt,
    progress: job.progress,
    waitsFor:
      job.state === 'queued' && lane
        ? waitsFor({ waiting: job.waiting, runAfter: job.run_after, after }, laneFacts(lane), fleet.agents)
        : null,
    error: job.error_code === null ? null : { code: job.error_code, message: job.error_message ?? '' },
    createdAt: job.created_at.toISOString(),
    startedAt: job.started_at?.toISOString() ?? null,
    finishedAt: job.finished_at?.toISOString() ?? null,
  }
}

function subjectOf(job: Pick<JobRow, 'kind' | 'file_name' | 'folder_path' | 'library_name'>): string {
  if (job.kind === 'query.embed') return 'words that somebody searches for'
  if (job.kind === 'asset.prompt') return 'something that somebody points at'
  if (job.file_name && job.folder_path) {
    return displayPathName(joinPathName(decodePathName(job.folder_path), decodePathName(job.file_name)))
  }
  return job.library_name ?? 'something that is no longer known'
}
