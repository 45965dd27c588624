import { AppError } from '../../protocol/errors.ts'
import type { Database } from '../db/database.ts'
import type { JobEnds } from './job-ends.ts'

/**
 * Waits until a job is done, for somebody who is there and watches. The job may not have ended before.
 *
 * @returns its result as it came, where it was taken by this coordinator; undefined when it has to be read
 * @throws AppError with the job's own reason when it has failed, `conflict` when it was cancelled or the signal
 *   aborts, `timed_out`
 */
export async function awaitJob(
  db: Database,
  ends: JobEnds,
  jobId: number,
  { limitMs, signal }: { limitMs: number; signal: AbortSignal },
): Promise<unknown> {
  const timeUp = AbortSignal.timeout(limitMs)
  const stop = AbortSignal.any([signal, timeUp])
  for (;;) {
    const end = await ends.next(jobId, stop)
    if (end?.taken) return end.taken.result
    const job = await db
      .selectFrom('job')
      .select(['state', 'error_code', 'error_message'])
      .where('id', '=', jobId)
      .executeTakeFirst()
    if (job?.state === 'done') return undefined
    if (job?.state === 'dead')
      throw new AppError(job.error_code ?? 'internal', job.error_message ?? 'It did not work')
    if (!job || job.state === 'cancelled') throw new AppError('conflict', 'Somebody has stopped this')
    if (signal.aborted) throw new AppError('conflict', 'Nobody waits for this any more')
    if (timeUp.aborted)
      throw new AppError(
        'timed_out',
        job.state === 'leased'
          ? `No answer within ${limitMs / 1_000} s: the machine that works on it may have to load its model first; try again in a moment`
          : `No machine had room for this within ${limitMs / 1_000} s; try again in a moment`,
      )
  }
}
