import { AppError, type ErrorCode } from '../../protocol/errors.ts'
import type { FailureGroup, JobDetail, JobEvent, JobKindSummary, JobView } from '../../protocol/fleet.ts'
import type { JobKind, JobState } from '../../protocol/jobs.ts'
import { fakeHistory } from './fake-history.ts'
import { type FakeFailure, fakeJobs } from './fake-jobs.ts'

type JobListRequest = {
  kind?: JobKind
  state?: JobState
  code?: ErrorCode
  libraryId?: number
  cursor?: string
  limit: number
}
const PAUSED_BY_HAND = 'Paused by an administrator'

/** Invented jobs that can be paused, tried again and cancelled; the counts always fit the jobs. */
export class FakeQueue {
  kinds: JobKindSummary[]
  readonly #jobs: JobView[]
  /** What people did to jobs since the fake began. */
  readonly #deeds = new Map<number, JobEvent[]>()

  constructor(kinds: JobKindSummary[], failures: readonly FakeFailure[]) {
    this.kinds = kinds
    this.#jobs = fakeJobs(kinds, failures)
  }

  list({ cursor, limit, kind, state, code, libraryId }: JobListRequest) {
    const below = cursor === undefined ? Number.POSITIVE_INFINITY : Number(cursor)
    const found: JobView[] = []
    for (let at = this.#jobs.length - 1; at >= 0 && found.length <= limit; at -= 1) {
      const job = this.#jobs[at]!
      const isWanted =
        job.id < below &&
        (kind === undefined || job.kind === kind) &&
        (state === undefined || job.state === state) &&
        (code === undefined || job.error?.code === code) &&
        (libraryId === undefined || job.libraryId === libraryId)
      if (isWanted) found.push(this.#shown(job))
    }
    const items = found.slice(0, limit)
    return { items, nextCursor: found.length > limit ? String(items.at(-1)?.id) : null }
  }

  detail(id: number): JobDetail {
    const job = this.#require(id)
    const { history, log } = fakeHistory(this.#asItWas.get(id) ?? job)
    return { ...this.#shown(job), history: [...history, ...(this.#deeds.get(id) ?? [])], log }
  }

  failures(): FailureGroup[] {
    const groups = new Map<string, FailureGroup>()
    for (const { kind, state, error } of this.#jobs) {
      if (state !== 'dead' || !error) continue
      const key = `${kind} ${error.code}`
      groups.set(key, {
        kind,
        code: error.code,
        count: (groups.get(key)?.count ?? 0) + 1,
        example: error.message,
      })
    }
    return [...groups.values()].sort((a, b) => b.count - a.count)
  }

  retry(id: number): JobView {
    const job = this.#require(id)
    if (job.state !== 'dead' && job.state !== 'cancelled')
      throw new AppError('conflict', 'Only a job that failed or was cancelled can be tried again.')
    return this.#change(job, 'replayed', { state: 'queued', attempt: 0, error: null, agentId: null })
  }

  retryDead({ kind, code }: { kind?: JobKind; code?: ErrorCode }): number {
    const dead = this.#jobs.filter(
      (job) =>
        job.state === 'dead' &&
        (kind === undefined || job.kind === kind) &&
        (code === undefined || job.error?.code === code),
    )
    for (const { id } of dead) this.retry(id)
    return dead.length
  }

  cancel(id: number): JobView {
    const job = this.#require(id)
    if (job.state !== 'queued' && job.state !== 'leased')
      throw new AppError('conflict', 'It is not waiting or running any more.')
    return this.#change(job, 'cancelled', { state: 'cancelled', finishedAt: now(), progress: null })
  }

  updateKind(kind: JobKind, change: { paused?: boolean; maxRunning?: number | null }): JobKindSummary {
    this.kinds = this.kinds.map((each) => (each.kind === kind ? { ...each, ...change } : each))
    const found = this.kinds.find((each) => each.kind === kind)
    if (!found) throw new AppError('not_found', `There is no work of the kind ${kind}`)
    return found
  }

  /** Some jobs of a kind end, others begin, and what goes on gets further. */
  advance(kind: JobKind, count: number): void {
    const of = (state: JobState) => this.#jobs.filter((job) => job.kind === kind && job.state === state)
    for (const job of of('leased').slice(0, count)) {
      this.#put({ ...job, state: 'done', finishedAt: now(), progress: null })
    }
    for (const job of of('queued').slice(0, count)) {
      this.#put({
        ...job,
        state: 'leased',
        startedAt: now(),
        agentId: 1,
        attempt: 1,
        progress: { done: 1, total: 4 },
      })
    }
  }

  /** History is made up from what a job was before people touched it. */
  readonly #asItWas = new Map<number, JobView>()

  #change(job: JobView, event: 'replayed' | 'cancelled', change: Partial<JobView>): JobView {
    if (!this.#asItWas.has(job.id)) this.#asItWas.set(job.id, job)
    const deed = { at: now(), event, account: 'anna', agent: null, leasedAt: null, code: null, message: null }
    this.#deeds.set(job.id, [...(this.#deeds.get(job.id) ?? []), { ...deed, fencingToken: null }])
    return this.#put({ ...job, ...change })
  }

  #put(job: JobView): JobView {
    const before = this.#require(job.id)
    this.kinds = this.kinds.map((each) => {
      if (each.kind !== job.kind) return each
      const counts = { ...each, [before.state]: each[before.state] - 1 }
      return { ...counts, [job.state]: counts[job.state] + 1 }
    })
    this.#jobs[job.id - 1] = job
    return job
  }

  /** With the reason that holds for all of its kind. */
  #shown(job: JobView): JobView {
    const kind = this.kinds.find((each) => each.kind === job.kind)
    if (job.state !== 'queued' || !kind) return job
    return { ...job, waitsFor: kind.paused ? PAUSED_BY_HAND : kind.waitsFor }
  }

  #require(id: number): JobView {
    const job = this.#jobs[id - 1]
    if (!job)
      throw new AppError('not_found', `There is no job ${id}. Finished jobs are kept for a while only.`)
    return job
  }
}

function now(): string {
  return new Date().toISOString()
}
