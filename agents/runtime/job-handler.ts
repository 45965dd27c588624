import type { Logger } from 'pino'
import {
  type JobContract,
  type JobInput,
  type JobKind,
  type JobResult,
  jobContracts,
} from '../../protocol/jobs.ts'
import type { LeaseRef } from '../../protocol/leases.ts'

/** One derived file on its way to the coordinator's store. */
export type DerivedBytes = { hash: string; bytes: Uint8Array; mimeType: string }

/**
 * What a running job may use. Everything it does must stop soon after `signal` aborts.
 *
 * A job that does none of these for its contract's `silenceLimitMs` is taken for stuck and ended.
 */
export type JobContext = {
  signal: AbortSignal
  /** Names this holding; `readInput` shows it as the right to read. */
  ref: LeaseRef
  /** Goes to the log of this process; from info upwards also to the job's own, which its owner can read. */
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

/** The handlers of one agent for the kinds that Hearth has. */
export type JobHandlers = { [K in JobKind]?: JobHandler<K> }

/** A kind of work with its contract; `run` gets an input that the contract has parsed. */
export type BoundHandler = {
  contract: JobContract
  run: (input: unknown, context: JobContext) => Promise<unknown>
}

/** What an agent can run, by kind. The runtime knows no other kinds than these. */
export type HandlerTable = ReadonlyMap<string, BoundHandler>

export function bindContracts(handlers: JobHandlers): HandlerTable {
  return new Map(
    Object.entries(handlers).map(([kind, run]) => [
      kind,
      { contract: jobContracts[kind as JobKind], run: run as BoundHandler['run'] },
    ]),
  )
}
