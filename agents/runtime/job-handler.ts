import type { Logger } from 'pino'
import type { JobInput, JobKind, JobResult } from '../../protocol/jobs.ts'

/** One derived file on its way to the coordinator's store. */
export type DerivedBytes = { hash: string; bytes: Uint8Array; mimeType: string }

/** What a running job may use. Everything it does must stop soon after `signal` aborts. */
export type JobContext = {
  signal: AbortSignal
  log: Logger
  /** Streams part of a large result; resolves with the coordinator's answer. */
  sendChunk(chunk: unknown): Promise<unknown>
  /** For screens only; may be dropped. */
  reportProgress(done: number, total: number | null): void
  /** Stores derived files under their hashes; those already there are not sent again. */
  storeDerived(files: readonly DerivedBytes[]): Promise<void>
}

/**
 * Runs one kind of job. Throws `AppError`, whose code decides whether the job is tried again;
 * a fact about the file (damaged, too large) is part of the result instead.
 */
export type JobHandler<K extends JobKind = JobKind> = (
  input: JobInput<K>,
  context: JobContext,
) => Promise<JobResult<K>>

/** The handlers of one agent; a kind without a handler is never leased. */
export type JobHandlers = { [K in JobKind]?: JobHandler<K> }
