import { changeJobs, type Model, type ModelJob } from './model-job.ts'
import type { QueueStep, StepOutcome } from './queue-step.ts'

/** The jobs that an agent may have at this moment, by lane, each lane in its order. */
function eligibleLanes(model: Model, step: QueueStep & { do: 'lease' }): ModelJob[][] {
  const agent = model.agents.get(step.agentId)!
  if (agent.draining) return []
  const lanes = new Map<string, ModelJob[]>()
  const open = [...model.jobs.values()].filter(
    (job) =>
      job.state === 'queued' &&
      !job.waiting &&
      job.priority >= (step.minPriority ?? 0) &&
      !model.pausedKinds.has(job.kind) &&
      (job.model === null || agent.models.includes(job.model)) &&
      (job.libraryId === null ||
        (!model.pausedLibraries.has(job.libraryId) && !model.offlineLibraries.has(job.libraryId))),
  )
  const suspect = nextSuspect(model, step.agentId, open)
  for (const job of open) {
    const mayStart = job.deaths === 0 || job === suspect
    const lane = `${job.kind} ${job.libraryId} ${job.model}`
    if (mayStart) lanes.set(lane, [...(lanes.get(lane) ?? []), job])
  }
  return [...lanes.values()].map((jobs) => jobs.sort((a, b) => b.priority - a.priority || a.id - b.id))
}

/** Of the jobs during which an agent has died one at a time is leased to an agent. */
function nextSuspect(model: Model, agentId: number, open: readonly ModelJob[]): ModelJob | undefined {
  const held = [...model.jobs.values()].some(
    (job) => job.state === 'leased' && job.agentId === agentId && job.deaths > 0,
  )
  return held ? undefined : open.filter((job) => job.deaths > 0).sort((a, b) => a.id - b.id)[0]
}

/**
 * Chance decides between lanes in the same turn, so the model says whether the choice was a right one. Beside
 * others, jobs that they are at may be left out.
 */
export function leaseInModel(
  model: Model,
  step: QueueStep & { do: 'lease' },
  outcome: StepOutcome,
  isAlone: boolean,
): Model[] {
  const leases = outcome && 'leases' in outcome ? outcome.leases : []
  const tokens = new Map(leases.map((lease) => [lease.jobId, lease.fencingToken]))
  const lanes = eligibleLanes(model, step)
  const offered = lanes.flatMap((jobs) => jobs.map((job, turn) => ({ job, turn })))
  const taken = offered.filter(({ job }) => tokens.get(job.id) === job.fencingToken + 1)
  if (taken.length !== leases.length || tokens.size !== leases.length || leases.length > step.count) return []
  if (isAlone) {
    if (leases.length !== Math.min(step.count, offered.length)) return []
    const left = offered.filter(({ job }) => !tokens.has(job.id))
    const isOvertaken = taken.some((a) => left.some((b) => comesBefore(b, a)))
    if (isOvertaken) return []
  }
  return [
    changeJobs(model, (job) => {
      const fencingToken = tokens.get(job.id)
      if (fencingToken === undefined) return undefined
      return {
        state: 'leased',
        fencingToken,
        attempt: job.attempt + 1,
        agentId: step.agentId,
        instance: step.instance,
        hasExpiry: true,
        isExpired: false,
      }
    }),
  ]
}

type Offered = { job: ModelJob; turn: number }

function comesBefore(a: Offered, b: Offered): boolean {
  return a.job.priority > b.job.priority || (a.job.priority === b.job.priority && a.turn < b.turn)
}
