import type { RawBuilder } from 'kysely'
import type { JobContract } from '../../protocol/jobs.ts'
import type { LeaseRef } from '../../protocol/leases.ts'
import type { LiveEvent } from '../../protocol/live.ts'
import type { Database, DatabaseTransaction, Queryable } from '../db/database.ts'

/** A job that has just been leased, before its input is known. */
export type LeasedJob = { id: number; kind: string; subjectId: number; fencingToken: number }

/** A job whose result is being taken. */
export type FinishedJob = LeasedJob & { libraryId: number | null; payload: Record<string, unknown> }

/**
 * What the coordinator does for one kind of job around its lease. The queue knows kinds only through this:
 * it is handed a registry of them and imports none.
 */
export type JobType = {
  contract: JobContract
  /** Inputs by job id, as things are now; a job without an entry has lost its subject. */
  buildInputs(db: Queryable, jobs: readonly LeasedJob[]): Promise<Map<number, unknown>>
  /**
   * Makes sure that a subject which seems to be gone is not just being found again, until the transaction ends:
   * those jobs are about to be cancelled.
   */
  lockSubjects?(tx: DatabaseTransaction, jobs: readonly LeasedJob[]): Promise<void>
  /** Ids of the asset files that the job is about: whoever runs it may read them. None when it is left out. */
  inputFiles?(db: Queryable, job: Pick<LeasedJob, 'id' | 'subjectId'>): Promise<readonly number[]>
  /** SQL about the row `job`: false while it must not start, for a reason that only the kind knows. */
  mayStart?: RawBuilder<unknown>
  /** What screens show anew when jobs of the kind have ended; the jobs themselves always. */
  changes?: readonly LiveEvent[]
  /** Its results queue jobs that agents should ask for at once. */
  leadsToWork?: true
  /** Leased also while its library is offline: the one kind of work that finds out when it is back. */
  runsOffline?: true
  /** Stores a result and queues what follows, in the transaction that ends the job. */
  apply(tx: DatabaseTransaction, job: FinishedJob, result: unknown): Promise<void>
  /** Takes part of a large result; the same part may come twice. */
  takeChunk?(db: Database, agentId: number, ref: LeaseRef, seq: number, chunk: unknown): Promise<unknown>
  /** In the transaction in which the job died. */
  onDead?(tx: DatabaseTransaction, jobId: number, reason: string): Promise<void>
  /** In the transaction in which somebody cancelled the job. */
  onCancelled?(tx: DatabaseTransaction, jobId: number): Promise<void>
  /** A library has just gone offline: queue what finds out when it is back. */
  onLibraryOffline?(tx: DatabaseTransaction, libraryId: number): Promise<void>
  /** The job has ended, in whatever way: what is kept in memory for it may go. */
  forget?(jobId: number): void
}

/** Kinds by name. The product's are in `job-types.ts`; tests and benchmarks bring their own. */
export type JobTypes = ReadonlyMap<string, JobType>
