import type { JobState } from '../../../protocol/jobs.ts'

/** What the model knows of one job; compared with its row after every step. */
export type ModelJob = {
  id: number
  kind: string
  subjectId: number
  libraryId: number | null
  model: string | null
  priority: number
  state: JobState
  /** Meaningful while it is queued. */
  waiting: boolean
  afterJobId: number | null
  fencingToken: number
  /** Who holds it, or held it last. */
  agentId: number | null
  /** Of the process that holds it, or from which it was lost. */
  instance: string | null
  attempt: number
  failures: number
  deaths: number
  hasExpiry: boolean
  isExpired: boolean
  /** How often its result was stored. */
  effects: number
  /** Read from the row, because the clock decides them: microseconds since 1970, and whether its time has come. */
  leasedAtUs: number
  isDue: boolean
}

export type ModelAgent = { draining: boolean; models: readonly string[]; concurrency: number }

/** Never changed: each step makes another. */
export type Model = {
  jobs: ReadonlyMap<number, ModelJob>
  agents: ReadonlyMap<number, ModelAgent>
  pausedKinds: ReadonlySet<string>
  pausedLibraries: ReadonlySet<number>
  offlineLibraries: ReadonlySet<number>
}

/** Ids and names in ascending order. */
export type Rest = { kinds: string[]; paused: number[]; offline: number[]; draining: number[] }

export function restOf(model: Model): Rest {
  const sorted = <T>(values: Iterable<T>): T[] => [...values].sort((a, b) => (a < b ? -1 : 1))
  return {
    kinds: sorted(model.pausedKinds),
    paused: sorted(model.pausedLibraries),
    offline: sorted(model.offlineLibraries),
    draining: sorted([...model.agents].flatMap(([id, agent]) => (agent.draining ? [id] : []))),
  }
}

export function isOpen(job: ModelJob): boolean {
  return job.state === 'queued' || job.state === 'leased'
}

/** `change` gives what becomes of a job, or undefined where it stays as it is. */
export function changeJobs(model: Model, change: (job: ModelJob) => Partial<ModelJob> | undefined): Model {
  const jobs = new Map<number, ModelJob>()
  for (const [id, job] of model.jobs) {
    const changed = change(job)
    jobs.set(id, changed ? { ...job, ...changed } : job)
  }
  return { ...model, jobs }
}

/** Queued again by whatever ended its holding. */
export function putBack(job: ModelJob): Partial<ModelJob> {
  return {
    state: 'queued',
    waiting: false,
    attempt: Math.max(0, job.attempt - 1),
    hasExpiry: false,
    isExpired: false,
  }
}

export function withMember<T>(set: ReadonlySet<T>, member: T, isIn: boolean): ReadonlySet<T> {
  const changed = new Set(set)
  if (isIn) changed.add(member)
  else changed.delete(member)
  return changed
}
