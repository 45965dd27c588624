import { changeJobs, isOpen, type Model, type ModelJob, putBack } from './model-job.ts'

const MAX_DEATHS = 3

export function releaseInModel(model: Model, ids: ReadonlySet<number>): Model {
  return changeJobs(model, (job) => (ids.has(job.id) ? { ...putBack(job), instance: null } : undefined))
}

export function isOrphan(job: ModelJob, agentId: number, instance: string): boolean {
  return isOpen(job) && job.agentId === agentId && job.instance !== null && job.instance !== instance
}

export function buryInModel(model: Model, agentId: number, ids: ReadonlySet<number>): Model {
  const inOrder = [...model.jobs.values()]
    .filter((job) => ids.has(job.id))
    .sort((a, b) => a.leasedAtUs - b.leasedAtUs || b.priority - a.priority || a.id - b.id)
  const suspects = new Set(inOrder.slice(0, model.agents.get(agentId)!.concurrency * 2 + 1))
  return changeJobs(model, (job) => {
    if (!ids.has(job.id)) return undefined
    const deaths = job.deaths + (suspects.has(job) ? 1 : 0)
    const attempt = job.state === 'leased' ? Math.max(0, job.attempt - 1) : job.attempt
    const state = deaths >= MAX_DEATHS ? 'dead' : 'queued'
    return { ...putBack(job), attempt, deaths, state, instance: null }
  })
}

export function isPutBack(job: ModelJob, after: Model): boolean {
  return job.state === 'leased' && after.jobs.get(job.id)!.state === 'queued'
}
