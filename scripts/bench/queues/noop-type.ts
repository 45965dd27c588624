import { z } from 'zod'
import type { JobType, JobTypes } from '../../../coordinator/jobs/job-type.ts'
import { type JobContract, priorities } from '../../../protocol/jobs.ts'

/** A kind of work that does nothing, so that only the queue is measured. */
export const noopKind = 'bench.noop'
export const noopCapability = 'detect'

export const noopContract: JobContract = {
  capability: noopCapability,
  priority: priorities.ingest,
  runsOn: 'any',
  input: z.object({}),
  result: z.object({}),
  chunk: z.never(),
  chunkAnswer: z.never(),
  maxAttempts: 5,
  silenceLimitMs: 60_000,
}

const noopType: JobType = {
  contract: noopContract,
  buildInputs: async (_db, jobs) => new Map(jobs.map((job) => [job.id, {}])),
  apply: async () => {},
}

export const noopTypes: JobTypes = new Map([[noopKind, noopType]])
