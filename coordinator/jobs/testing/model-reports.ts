import type { ErrorCode } from '../../../protocol/errors.ts'
import type { LeaseRef } from '../../../protocol/leases.ts'
import { decideRetry, isCounted } from '../retry-policy.ts'
import { changeJobs, type Model, type ModelJob, putBack, withMember } from './model-job.ts'
import type { StepOutcome, StepReport } from './queue-step.ts'

export const MODEL_MAX_ATTEMPTS = 2

export function renewInModel(model: Model, agentId: number, refs: LeaseRef[], outcome: StepOutcome): Model[] {
  const gone = outcome && 'jobIds' in outcome ? outcome.jobIds : []
  const standing = refs.filter((ref) => findHeld(model, agentId, ref)).map((ref) => ref.jobId)
  if (refs.some((ref) => gone.includes(ref.jobId) === standing.includes(ref.jobId))) return []
  return [changeJobs(model, (job) => (standing.includes(job.id) ? { isExpired: false } : undefined))]
}

export function completeInModel(
  model: Model,
  agentId: number,
  reports: StepReport[],
  outcome: StepOutcome,
  isAlone: boolean,
): Model[] {
  const refused = new Map(
    (outcome && 'refused' in outcome ? outcome.refused : []).map((each) => [each.jobId, each.code]),
  )
  let after = model
  for (const report of reports) {
    const held = findHeld(after, agentId, report)
    const job = model.jobs.get(report.jobId)
    const isRepeated =
      job?.state === 'done' && job.fencingToken === report.fencingToken && job.agentId === agentId
    const expected = held
      ? report.isGood
        ? undefined
        : 'bad_request'
      : isRepeated
        ? undefined
        : 'lease_lost'
    // Found to be bad while it was held, and taken away before that was written down.
    const isLate = !isAlone && !report.isGood && refused.get(report.jobId) === 'bad_request'
    if (refused.get(report.jobId) !== expected && !isLate) return []
    if (held) after = report.isGood ? end(after, held) : endFailed(after, held, 'bad_request')
  }
  return [after]
}

function end(model: Model, ended: ModelJob): Model {
  return changeJobs(model, (job) => {
    if (job.id === ended.id) {
      const done = { state: 'done', instance: null, deaths: 0, hasExpiry: false, isExpired: false } as const
      return { ...done, effects: job.effects + 1 }
    }
    if (job.afterJobId === ended.id && job.state === 'queued') return { waiting: false }
    const isSettled = job.state === 'dead' && job.kind === ended.kind && job.subjectId === ended.subjectId
    return isSettled ? { state: 'cancelled' } : undefined
  })
}

export function failInModel(
  model: Model,
  agentId: number,
  ref: LeaseRef,
  code: ErrorCode,
  outcome: StepOutcome,
): Model[] {
  const held = findHeld(model, agentId, ref)
  const isLost = outcome !== null && 'error' in outcome && outcome.error === 'lease_lost'
  if (isLost === (held !== undefined)) return []
  return [held ? endFailed(model, held, code) : model]
}

function endFailed(model: Model, held: ModelJob, code: ErrorCode): Model {
  if (code === 'library_offline' && held.libraryId !== null) {
    const rested = changeJobs(model, (job) =>
      job.id === held.id ? { ...putBack(job), instance: null, deaths: 0 } : undefined,
    )
    return { ...rested, offlineLibraries: withMember(model.offlineLibraries, held.libraryId, true) }
  }
  const failures = held.failures + (isCounted(code) ? 1 : 0)
  const facts = { attempt: held.attempt, failures, maxAttempts: MODEL_MAX_ATTEMPTS }
  const { retry } = decideRetry(code, facts, 0)
  return changeJobs(model, (job) =>
    job.id === held.id
      ? {
          state: retry ? 'queued' : 'dead',
          waiting: retry,
          isDue: false,
          instance: null,
          deaths: 0,
          failures,
          hasExpiry: false,
          isExpired: false,
        }
      : undefined,
  )
}

export function findHeld(model: Model, agentId: number, ref: LeaseRef): ModelJob | undefined {
  const job = model.jobs.get(ref.jobId)
  const isHeld = job?.state === 'leased' && job.fencingToken === ref.fencingToken && job.agentId === agentId
  return isHeld ? job : undefined
}
