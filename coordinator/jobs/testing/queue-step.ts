import type { ErrorCode } from '../../../protocol/errors.ts'
import type { LeaseRef } from '../../../protocol/leases.ts'

/** A report of a result; one that is not `isGood` does not have the agreed shape. */
export type StepReport = LeaseRef & { isGood: boolean }

/** One call of the queue, or one thing that time and people do to it. */
export type QueueStep =
  | {
      do: 'enqueue'
      kind: string
      subjectId: number
      libraryId: number | null
      model: string | null
      priority: number
      isLater: boolean
      afterJobId: number | null
    }
  | { do: 'lease'; agentId: number; instance: string; count: number; minPriority: number | null }
  | { do: 'renew'; agentId: number; refs: LeaseRef[] }
  | { do: 'runOut'; jobId: number }
  | { do: 'returnExpired' }
  | { do: 'complete'; agentId: number; reports: StepReport[] }
  | { do: 'fail'; agentId: number; ref: LeaseRef; code: ErrorCode }
  | { do: 'release'; agentId: number; refs: LeaseRef[] }
  | { do: 'restart'; agentId: number; instance: string }
  | { do: 'cancel'; jobId: number }
  | { do: 'retry'; jobId: number }
  | { do: 'retryDead'; kind: string }
  | { do: 'comeDue'; jobId: number }
  | { do: 'wake' }
  | { do: 'pauseKind'; kind: string; paused: boolean }
  | { do: 'pauseLibrary'; libraryId: number; paused: boolean }
  | { do: 'comeBack'; libraryId: number }
  | { do: 'drain'; agentId: number; draining: boolean }

/** What a step answered: null where there is nothing to say. */
export type StepOutcome =
  | { leases: LeaseRef[] }
  | { refused: { jobId: number; code: ErrorCode }[] }
  | { jobIds: number[] }
  | { count: number }
  | { error: ErrorCode }
  | null

export function countOf(outcome: StepOutcome): number | undefined {
  return outcome && 'count' in outcome ? outcome.count : undefined
}
