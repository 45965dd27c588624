import { cancelInModel, enqueueInModel, retryDeadInModel, retryInModel, unfinished } from './model-control.ts'
import { changeJobs, type Model, type ModelJob, putBack, withMember } from './model-job.ts'
import { leaseInModel } from './model-lease.ts'
import { completeInModel, failInModel, findHeld, renewInModel } from './model-reports.ts'
import { buryInModel, isOrphan, isPutBack, releaseInModel } from './model-returns.ts'
import { countOf, type QueueStep, type StepOutcome } from './queue-step.ts'

/** Part of a step that happens at one moment; others may come between two parts. */
export type ModelPart =
  | Exclude<QueueStep, { do: 'restart' }>
  | { do: 'bury'; agentId: number; instance: string }
  | { do: 'returnUnheld'; agentId: number }

export function partsOf(step: QueueStep): ModelPart[] {
  if (step.do === 'restart')
    return [
      { ...step, do: 'bury' },
      { do: 'returnUnheld', agentId: step.agentId },
    ]
  // Results that come together are stored together; one that cannot be makes each stand for itself.
  if (step.do === 'complete' && step.reports.some((report) => !report.isGood))
    return step.reports.map((report) => ({ ...step, reports: [report] }))
  return [step]
}

/**
 * What the queue may have become by a part of a step that had this outcome; nothing when it cannot have had it.
 *
 * @param isAlone nothing else happens at the same time. Otherwise rows that somebody else is at may be left out by
 *   steps that skip those, and come with the next such step.
 */
export function runInModel(model: Model, part: ModelPart, outcome: StepOutcome, isAlone: boolean): Model[] {
  switch (part.do) {
    case 'enqueue':
      return enqueueInModel(model, part, outcome)
    case 'lease':
      return leaseInModel(model, part, outcome, isAlone)
    case 'renew':
      return renewInModel(model, part.agentId, part.refs, outcome)
    case 'runOut':
      return [
        changeJobs(model, (job) =>
          job.id === part.jobId && job.hasExpiry ? { isExpired: true } : undefined,
        ),
      ]
    case 'returnExpired':
      return chosen(model, (job) => job.isExpired, isAlone, countOf(outcome)).map((ids) =>
        changeJobs(model, (job) => (ids.has(job.id) ? putBack(job) : undefined)),
      )
    case 'complete':
      return completeInModel(model, part.agentId, part.reports, outcome, isAlone)
    case 'fail':
      return failInModel(model, part.agentId, part.ref, part.code, outcome)
    case 'release': {
      const released = part.refs.filter((ref) => findHeld(model, part.agentId, ref))
      return countOf(outcome) === released.length
        ? [releaseInModel(model, new Set(released.map((ref) => ref.jobId)))]
        : []
    }
    case 'bury':
      return chosen(model, (job) => isOrphan(job, part.agentId, part.instance), isAlone)
        .map((ids) => buryInModel(model, part.agentId, ids))
        .filter(
          (after) => !isAlone || countOf(outcome) === jobsOf(model, (job) => isPutBack(job, after)).length,
        )
    case 'returnUnheld':
      return [
        releaseInModel(
          model,
          new Set(jobsOf(model, (job) => job.state === 'leased' && job.agentId === part.agentId)),
        ),
      ]
    case 'cancel':
      return cancelInModel(model, part.jobId, outcome)
    case 'retry':
      return retryInModel(model, part.jobId, outcome)
    case 'retryDead':
      return retryDeadInModel(model, part.kind, outcome)
    case 'comeDue':
      return [
        changeJobs(model, (job) =>
          job.id === part.jobId && isPutOff(model, job) ? { isDue: true } : undefined,
        ),
      ]
    case 'wake':
      return chosen(model, (job) => isPutOff(model, job) && job.isDue, isAlone, countOf(outcome)).map((ids) =>
        changeJobs(model, (job) => (ids.has(job.id) ? { waiting: false } : undefined)),
      )
    case 'pauseKind':
      return [{ ...model, pausedKinds: withMember(model.pausedKinds, part.kind, part.paused) }]
    case 'pauseLibrary':
      return [{ ...model, pausedLibraries: withMember(model.pausedLibraries, part.libraryId, part.paused) }]
    case 'comeBack':
      return [{ ...model, offlineLibraries: withMember(model.offlineLibraries, part.libraryId, false) }]
    case 'drain': {
      const agent = { ...model.agents.get(part.agentId)!, draining: part.draining }
      return [{ ...model, agents: new Map([...model.agents, [part.agentId, agent]]) }]
    }
  }
}

/** Waits for a time. */
function isPutOff(model: Model, job: ModelJob): boolean {
  return job.state === 'queued' && job.waiting && unfinished(model, job.afterJobId) === null
}

function jobsOf(model: Model, which: (job: ModelJob) => boolean): number[] {
  return [...model.jobs.values()].filter(which).map((job) => job.id)
}

/** Which jobs a step that skips locked rows may have taken: all of them when it was alone. */
function chosen(
  model: Model,
  which: (job: ModelJob) => boolean,
  isAlone: boolean,
  count?: number | undefined,
): ReadonlySet<number>[] {
  const ids = jobsOf(model, which)
  const sets = isAlone ? [ids] : subsets(ids)
  return sets.filter((set) => count === undefined || set.length === count).map((set) => new Set(set))
}

function subsets<T>(items: readonly T[]): T[][] {
  let sets: T[][] = [[]]
  for (const item of items) sets = sets.flatMap((set) => [set, [...set, item]])
  return sets
}
