import { AppError } from '../../protocol/errors.ts'
import type { HeldJob } from './held-job.ts'

/** A coordinator cuts the line at 4 MB, and the agent would send the same again for ever. */
const MAX_REPORT_BYTES = 3_500_000

/**
 * How large a result will be in its message, with the log lines of its job.
 *
 * @throws AppError `too_large`; TypeError when it cannot be sent at all
 */
export function reportBytes(job: HeldJob, result: unknown): number {
  const sizeBytes = Buffer.byteLength(JSON.stringify(result) ?? '') + job.logBytes
  if (sizeBytes > MAX_REPORT_BYTES)
    throw new AppError('too_large', `The result of this ${job.lease.kind} job has ${sizeBytes} bytes`)
  return sizeBytes
}
