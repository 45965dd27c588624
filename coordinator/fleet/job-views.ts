import { AppError } from '../../protocol/errors.ts'
import type { AgentView, JobView } from '../../protocol/fleet.ts'
import type { JobKind, JobState } from '../../protocol/jobs.ts'
import { decodePathName, displayPathName, joinPathName } from '../../protocol/path-name.ts'
import type { Queryable } from '../db/database.ts'
import { idBelow, type Page, pageById } from '../search/page.ts'
import { listAgents } from './agent-views.ts'
import type { FleetLink } from './fleet-link.ts'
import { waitsFor } from './waits-for.ts'

export type JobListRequest = { kind?: JobKind; state?: JobState; cursor?: string; limit: number }

/** Jobs, newest first. */
export async function listJobs(
  db: Queryable,
  fleet: Pick<FleetLink, 'isOnline'>,
  request: JobListRequest,
): Promise<Page<JobView>> {
  const jobs = await selectJobs(db)
    .where('job.id', '<', idBelow(request.cursor))
    .$if(request.kind !== undefined, (query) => query.where('job.kind', '=', request.kind!))
    .$if(request.state !== undefined, (query) => query.where('job.state', '=', request.state!))
    .orderBy('job.id', 'desc')
    .limit(request.limit + 1)
    .execute()
  const agents = await listAgents(db, fleet)
  const now = new Date()
  return pageById(jobs, request.limit, (job) => viewOf(job, agents, now))
}

/** @throws AppError `not_found` */
export async function requireJob(
  db: Queryable,
  fleet: Pick<FleetLink, 'isOnline'>,
  jobId: number,
): Promise<JobView> {
  const job = await selectJobs(db).where('job.id', '=', jobId).executeTakeFirst()
  if (!job) throw new AppError('not_found', `There is no job ${jobId}`)
  return viewOf(job, await listAgents(db, fleet), new Date())
}

type JobRow = NonNullable<Awaited<ReturnType<ReturnType<typeof selectJobs>['executeTakeFirst']>>>

/** With what a job is about: a file for those of files, else its library. */
function selectJobs(db: Queryable) {
  return db
    .selectFrom('job')
    .leftJoin('asset_file', (join) =>
      join.onRef('asset_file.id', '=', 'job.subject_id').on('job.kind', '=', 'file.ingest'),
    )
    .leftJoin('folder', 'folder.id', 'asset_file.folder_id')
    .leftJoin('library', 'library.id', 'job.library_id')
    .select([
      'job.id',
      'job.kind',
      'job.capability',
      'job.state',
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
      'asset_file.asset_id',
      'asset_file.name as file_name',
      'folder.path as folder_path',
      'library.name as library_name',
    ])
}

function viewOf(job: JobRow, agents: readonly AgentView[], now: Date): JobView {
  return {
    id: job.id,
    kind: job.kind,
    state: job.state,
    libraryId: job.library_id,
    subject: subjectOf(job),
    assetId: job.asset_id,
    agentId: job.agent_id,
    attempt: job.attempt,
    progress: job.progress,
    waitsFor:
      job.state === 'queued'
        ? waitsFor({ capability: job.capability, runAfter: job.run_after }, agents, now)
        : null,
    error: job.error_code === null ? null : { code: job.error_code, message: job.error_message ?? '' },
    createdAt: job.created_at.toISOString(),
    startedAt: job.started_at?.toISOString() ?? null,
    finishedAt: job.finished_at?.toISOString() ?? null,
  }
}

function subjectOf(job: Pick<JobRow, 'file_name' | 'folder_path' | 'library_name'>): string {
  if (job.file_name && job.folder_path) {
    return displayPathName(joinPathName(decodePathName(job.folder_path), decodePathName(job.file_name)))
  }
  return job.library_name ?? 'something that is no longer known'
}
