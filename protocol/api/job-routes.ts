import { z } from 'zod'
import { idParams, numberParam, page, pageParams } from '../asset-query.ts'
import { ErrorCode } from '../errors.ts'
import { FailureGroup, JobDetail, JobKindSummary, JobView } from '../fleet.ts'
import { JobKind, JobState } from '../jobs.ts'
import type { RouteContract } from './route-contract.ts'

/** Work that waits, runs or has ended. */
export const jobRoutes = {
  listJobs: {
    method: 'get',
    path: '/api/jobs',
    access: 'user',
    summary: 'Jobs, newest first',
    query: z.object({
      kind: JobKind.optional(),
      state: JobState.optional(),
      code: ErrorCode.optional(),
      libraryId: numberParam.optional(),
      ...pageParams,
    }),
    answer: page(JobView),
  },
  listFailures: {
    method: 'get',
    path: '/api/jobs/failures',
    access: 'user',
    summary: 'Dead jobs by kind and reason',
    answer: z.object({ items: z.array(FailureGroup) }),
  },
  updateJobKind: {
    method: 'patch',
    path: '/api/jobs/kinds/:kind',
    access: 'admin',
    summary: 'Pause or resume a kind of work, or limit how many of it run at once; remembered',
    params: z.object({ kind: JobKind }),
    body: z.object({
      paused: z.boolean().optional(),
      maxRunning: z.int().min(1).max(10_000).nullable().optional(),
    }),
    answer: JobKindSummary,
  },
  getJobSummary: {
    method: 'get',
    path: '/api/jobs/summary',
    access: 'user',
    summary: 'Counts, rate and time left for each kind of job',
    answer: z.object({ kinds: z.array(JobKindSummary) }),
  },
  getJob: {
    method: 'get',
    path: '/api/jobs/:id',
    access: 'user',
    summary: 'One job with its history and the log lines of its handler',
    params: idParams,
    answer: JobDetail,
  },
  retryJob: {
    method: 'post',
    path: '/api/jobs/:id/retry',
    access: 'admin',
    summary: 'Queue a dead or cancelled job again',
    params: idParams,
    answer: JobView,
  },
  retryDeadJobs: {
    method: 'post',
    path: '/api/jobs/retry',
    access: 'admin',
    summary: 'Queue all dead jobs again, of one kind or reason if given',
    body: z.object({ kind: JobKind.optional(), code: ErrorCode.optional() }),
    answer: z.object({ jobs: z.int() }),
  },
  cancelJob: {
    method: 'post',
    path: '/api/jobs/:id/cancel',
    access: 'admin',
    summary: 'Cancel a queued or running job',
    params: idParams,
    answer: JobView,
  },
} as const satisfies Record<string, RouteContract>
