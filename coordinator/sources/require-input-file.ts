import { sql } from 'kysely'
import { AppError } from '../../protocol/errors.ts'
import type { InputJob } from '../../protocol/sources.ts'
import type { Queryable } from '../db/database.ts'
import type { JobTypes } from '../jobs/job-type.ts'

/**
 * Lets an agent at a file only while it holds a job that is about it.
 *
 * @throws AppError `lease_lost` when it does not hold the job any more, `forbidden` when the job is about other files
 */
export async function requireInputFile(
  db: Queryable,
  types: JobTypes,
  agentId: number,
  { jobId, fencingToken }: InputJob,
  fileId: number,
): Promise<void> {
  const { rows } = await sql<{ kind: string; subjectId: number }>`
    select kind, subject_id as "subjectId" from job
    where id = ${jobId} and state = 'leased' and agent_id = ${agentId} and fencing_token = ${fencingToken}
      and lease_expires_at > now()`.execute(db)
  const job = rows[0]
  if (!job) throw new AppError('lease_lost', `This agent does not hold job ${jobId} any more`)
  const files = (await types.get(job.kind)?.inputFiles?.(db, { id: jobId, subjectId: job.subjectId })) ?? []
  if (!files.includes(fileId)) throw new AppError('forbidden', `Job ${jobId} is not about file ${fileId}`)
}
