import { z } from 'zod'
import type { JobContract } from '../../../protocol/jobs.ts'
import { priorities } from '../../../protocol/jobs.ts'
import type { Queryable } from '../../db/database.ts'
import { enqueueJobs, type NewJob } from '../enqueue.ts'
import type { JobType } from '../job-type.ts'

/** Rows of one statement. */
const BATCH = 10_000

/** What a no-op's handler says: `ok` is the one result that can be stored. */
export const NoopResult = z.object({ ok: z.literal(true) })
export const noopResult: z.infer<typeof NoopResult> = { ok: true }

export type NoopOptions = Partial<
  Pick<JobContract, 'capability' | 'priority' | 'runsOn' | 'maxAttempts' | 'needs'>
> &
  Partial<Omit<JobType, 'contract'>>

/** A kind of work that does nothing and needs no vault, for tests of the queue itself. */
export function createNoopType(options: NoopOptions = {}): JobType {
  const {
    capability = 'detect',
    priority = priorities.vision,
    runsOn = 'any',
    maxAttempts = 5,
    needs,
    ...own
  } = options
  return {
    contract: {
      capability,
      priority,
      runsOn,
      maxAttempts,
      needs,
      input: z.object({}),
      result: NoopResult,
      chunk: z.never(),
      chunkAnswer: z.never(),
      silenceLimitMs: 60_000,
    },
    buildInputs: async (_db, jobs) => new Map(jobs.map((job) => [job.id, {}])),
    apply: async () => {},
    ...own,
  }
}

export type NoopJobs = Partial<Omit<NewJob, 'kind' | 'contract'>> & {
  kind?: string
  /** The others follow: one for each subject. */
  firstSubjectId?: number
}

/**
 * Queues `count` jobs of a type, about subjects of their own.
 *
 * @returns ids of the new ones
 */
export async function enqueueNoops(
  db: Queryable,
  type: JobType,
  count: number,
  jobs: NoopJobs = {},
): Promise<number[]> {
  const { firstSubjectId = 1, ...same } = jobs
  const ids: number[] = []
  for (let start = 0; start < count; start += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, count - start) }, (_, i) => ({
      kind: 'test.noop',
      contract: type.contract,
      libraryId: null,
      ...same,
      subjectId: firstSubjectId + start + i,
    }))
    ids.push(...(await enqueueJobs(db, batch)))
  }
  return ids
}
