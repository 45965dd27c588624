import { priorities } from '../../../protocol/jobs.ts'
import { changeJobs, isOpen, type Model, type ModelJob } from './model-job.ts'
import { countOf, type QueueStep, type StepOutcome } from './queue-step.ts'

export function enqueueInModel(
  model: Model,
  step: QueueStep & { do: 'enqueue' },
  outcome: StepOutcome,
): Model[] {
  const { kind, subjectId, libraryId, model: wanted, priority } = step
  const ids = outcome && 'jobIds' in outcome ? outcome.jobIds : []
  const twin = [...model.jobs.values()].find(
    (job) => isOpen(job) && job.kind === kind && job.subjectId === subjectId,
  )
  if (twin) {
    if (ids.length > 0) return []
    return [
      changeJobs(model, (job) => (job === twin ? { priority: Math.max(job.priority, priority) } : undefined)),
    ]
  }
  const [id] = ids
  if (id === undefined) return []
  const before = unfinished(model, step.afterJobId)
  const job: ModelJob = {
    id,
    kind,
    subjectId,
    libraryId,
    model: wanted,
    priority,
    state: 'queued',
    waiting: before !== null || step.isLater,
    afterJobId: before,
    fencingToken: 0,
    agentId: null,
    instance: null,
    attempt: 0,
    failures: 0,
    deaths: 0,
    hasExpiry: false,
    isExpired: false,
    effects: 0,
    leasedAtUs: 0,
    isDue: false,
  }
  return [{ ...model, jobs: new Map([...model.jobs, [id, job]]) }]
}

export function cancelInModel(model: Model, jobId: number, outcome: StepOutcome): Model[] {
  const job = model.jobs.get(jobId)!
  const isRefused = outcome !== null && 'error' in outcome && outcome.error === 'conflict'
  if (isOpen(job) === isRefused) return []
  if (isRefused) return [model]
  return [
    changeJobs(model, (each) =>
      each === job ? { state: 'cancelled', instance: null, hasExpiry: false, isExpired: false } : undefined,
    ),
  ]
}

export function retryInModel(model: Model, jobId: number, outcome: StepOutcome): Model[] {
  const job = model.jobs.get(jobId)!
  const mayRetry = (job.state === 'dead' || job.state === 'cancelled') && !hasOpenTwin(model, job)
  const isRefused = outcome !== null && 'error' in outcome && outcome.error === 'conflict'
  if (mayRetry === isRefused) return []
  if (isRefused) return [model]
  return [requeue(model, new Set([jobId]), priorities.interactive)]
}

export function retryDeadInModel(model: Model, kind: string, outcome: StepOutcome): Model[] {
  const newest = new Map<number, ModelJob>()
  for (const job of model.jobs.values()) {
    if (job.state !== 'dead' || job.kind !== kind) continue
    if (job.id > (newest.get(job.subjectId)?.id ?? 0)) newest.set(job.subjectId, job)
  }
  const ids = [...newest.values()].filter((job) => !hasOpenTwin(model, job)).map((job) => job.id)
  return countOf(outcome) === ids.length ? [requeue(model, new Set(ids), 0)] : []
}

function requeue(model: Model, ids: ReadonlySet<number>, minPriority: number): Model {
  return changeJobs(model, (job) =>
    ids.has(job.id)
      ? {
          state: 'queued',
          attempt: 0,
          failures: 0,
          deaths: 0,
          waiting: unfinished(model, job.afterJobId) !== null,
          priority: Math.max(job.priority, minPriority),
          isDue: false,
        }
      : undefined,
  )
}

function hasOpenTwin(model: Model, job: ModelJob): boolean {
  return [...model.jobs.values()].some(
    (twin) => isOpen(twin) && twin.kind === job.kind && twin.subjectId === job.subjectId,
  )
}

/** The job that comes first, unless it is done. */
export function unfinished(model: Model, jobId: number | null): number | null {
  const before = jobId === null ? undefined : model.jobs.get(jobId)
  return before && before.state !== 'done' ? before.id : null
}
