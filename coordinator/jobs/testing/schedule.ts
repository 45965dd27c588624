import fc from 'fast-check'
import type { ErrorCode } from '../../../protocol/errors.ts'
import type { LeaseRef } from '../../../protocol/leases.ts'
import type { Model, ModelJob } from './model-job.ts'
import type { QueueStep } from './queue-step.ts'
import type { QueueWorld } from './queue-world.ts'

const SUBJECTS = 3
const PRIORITIES = [10, 20, 50]
/** One of each rule of retrying, and the one that rests with its library. */
const CODES: ErrorCode[] = ['timed_out', 'file_missing', 'unavailable', 'library_offline']

/**
 * A step before it is known what there is: the numbers choose among the jobs, agents and libraries of the moment.
 * It shrinks well, because leaving out another step changes only whom they choose.
 */
export type Intent = { do: QueueStep['do']; a: number; b: number; c: number }

const weights: Record<QueueStep['do'], number> = {
  enqueue: 6,
  lease: 12,
  renew: 2,
  runOut: 4,
  returnExpired: 4,
  complete: 8,
  fail: 6,
  release: 4,
  restart: 5,
  cancel: 2,
  retry: 2,
  retryDead: 1,
  comeDue: 2,
  wake: 2,
  pauseKind: 1,
  pauseLibrary: 1,
  comeBack: 1,
  drain: 1,
}

const intent: fc.Arbitrary<Intent> = fc.record({
  do: fc.oneof(
    ...Object.entries(weights).map(([name, weight]) => ({
      arbitrary: fc.constant(name as QueueStep['do']),
      weight,
    })),
  ),
  a: fc.nat(11),
  b: fc.nat(11),
  c: fc.nat(11),
})

/** Steps one after the other, now and then two or three at once. */
export const schedule: fc.Arbitrary<Intent[][]> = fc.array(
  fc.oneof(
    { arbitrary: fc.tuple(intent), weight: 3 },
    { arbitrary: fc.array(intent, { minLength: 2, maxLength: 3 }), weight: 1 },
  ),
  { minLength: 4, maxLength: 11, size: 'max' },
)

/** Which process of each agent is alive. */
export type Lives = Map<number, number>

/** What an intent means now; undefined when there is nothing that it could be about. */
export function resolve(
  { do: what, a, b, c }: Intent,
  world: QueueWorld,
  model: Model,
  lives: Lives,
): QueueStep | undefined {
  const agentId = pick([...world.agents.keys()], a)!
  const kind = pick(world.kinds, b)!
  const libraryId = pick(world.libraryIds, a)!
  const jobs = [...model.jobs.values()]
  const job = pick(jobs, b)
  const held = pick(
    preferring(jobs, (each) => each.state === 'leased'),
    b,
  )
  switch (what) {
    case 'enqueue': {
      const subjectId = 1 + (a % SUBJECTS)
      const isTwin = job?.kind === kind && job.subjectId === subjectId
      return {
        do: what,
        kind,
        subjectId,
        libraryId: pick([null, ...world.libraryIds], b)!,
        model: c === 0 ? 'yolo' : null,
        priority: pick(PRIORITIES, a + b + c)!,
        isLater: c === 1,
        afterJobId: c > 8 && job && !isTwin ? job.id : null,
      }
    }
    case 'lease':
      return {
        do: what,
        agentId,
        instance: instanceOf(agentId, lives),
        count: 1 + (b % 4),
        minPriority: c < 2 ? 20 : null,
      }
    case 'restart':
      lives.set(agentId, (lives.get(agentId) ?? 0) + 1)
      return { do: what, agentId, instance: instanceOf(agentId, lives) }
    case 'renew':
    case 'release':
      return held && { do: what, agentId: holderOf(held, agentId, c), refs: refsFrom(jobs, held, c) }
    case 'complete': {
      if (!held) return undefined
      const reports = refsFrom(jobs, held, c).map((ref, i) => ({ ...ref, isGood: a !== i }))
      return { do: what, agentId: holderOf(held, agentId, c), reports }
    }
    case 'fail':
      return (
        held && { do: what, agentId: holderOf(held, agentId, c), ref: refOf(held, c), code: pick(CODES, a)! }
      )
    case 'runOut':
      return held && { do: what, jobId: held.id }
    case 'comeDue': {
      const waiting = pick(
        preferring(jobs, (each) => each.state === 'queued' && each.waiting),
        b,
      )
      return waiting && { do: what, jobId: waiting.id }
    }
    case 'cancel':
      return job && { do: what, jobId: job.id }
    case 'retry': {
      const ended = pick(
        preferring(jobs, (each) => each.state === 'dead' || each.state === 'cancelled'),
        b,
      )
      return ended && { do: what, jobId: ended.id }
    }
    case 'retryDead':
      return { do: what, kind }
    case 'returnExpired':
    case 'wake':
      return { do: what }
    case 'pauseKind':
      return { do: what, kind, paused: !model.pausedKinds.has(kind) }
    case 'pauseLibrary':
      return { do: what, libraryId, paused: !model.pausedLibraries.has(libraryId) }
    case 'comeBack':
      return { do: what, libraryId }
    case 'drain':
      return { do: what, agentId, draining: !model.agents.get(agentId)!.draining }
  }
}

function pick<T>(items: readonly T[], n: number): T | undefined {
  return items[n % items.length]
}

/** Those that it is about, else any. */
function preferring(jobs: ModelJob[], isMeant: (job: ModelJob) => boolean): ModelJob[] {
  const meant = jobs.filter(isMeant)
  return meant.length > 0 ? meant : jobs
}

function instanceOf(agentId: number, lives: Lives): string {
  return `agent ${agentId} life ${lives.get(agentId) ?? 0}`
}

/** Its holder mostly, now and then whoever. */
function holderOf(job: ModelJob, other: number, c: number): number {
  return c < 2 ? other : (job.agentId ?? other)
}

/** Mostly of the newest holding, now and then of the one before. */
function refOf(job: ModelJob, c: number): LeaseRef {
  return { jobId: job.id, fencingToken: Math.max(1, job.fencingToken - (c > 1 && c < 6 ? 1 : 0)) }
}

/** Its own, or with others of its agent's, in either order. */
function refsFrom(jobs: readonly ModelJob[], job: ModelJob, c: number): LeaseRef[] {
  const others = jobs.filter((each) => each.agentId === job.agentId && each !== job)
  const together = c > 5 ? [job, ...others] : [job]
  return (c % 2 === 0 ? together : together.toReversed()).map((each) => refOf(each, c))
}
