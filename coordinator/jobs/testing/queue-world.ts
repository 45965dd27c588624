import { sql } from 'kysely'
import { AppError } from '../../../protocol/errors.ts'
import type { Database } from '../../db/database.ts'
import { completeJobs } from '../complete-jobs.ts'
import { cancelJob, retryDeadJobs, retryJob } from '../control.ts'
import { enqueueJobs } from '../enqueue.ts'
import { failJob } from '../fail-job.ts'
import { foldTally } from '../fold-tally.ts'
import type { JobType } from '../job-type.ts'
import { KindLimits } from '../kind-limits.ts'
import { leaseJobs } from '../lease-jobs.ts'
import { renewLeases } from '../renew-leases.ts'
import { releaseJobs, returnExpired, returnUnheld } from '../return-jobs.ts'
import { setKind } from '../set-kind.ts'
import { wakeJobs } from '../wake-jobs.ts'
import type { Model, ModelAgent, ModelJob, Rest } from './model-job.ts'
import { MODEL_MAX_ATTEMPTS } from './model-reports.ts'
import { createNoopType, noopResult } from './noop-type.ts'
import { QueueActor } from './queue-actor.ts'
import type { QueueStep, StepOutcome } from './queue-step.ts'

const TTL_MS = 60_000
/** Schedules. */
const TIDY_EVERY = 25

/** A database whose queue is compared with a model: two kinds, two libraries, two agents of one capability. */
export class QueueWorld {
  readonly kinds = ['test.one', 'test.two'] as const
  readonly types: ReadonlyMap<string, JobType>
  /** Each has its pool, as several coordinators have. */
  readonly #coordinators: readonly { db: Database; limits: KindLimits }[]
  readonly agents: ReadonlyMap<number, ModelAgent>
  readonly libraryIds: readonly number[]
  #resets = 0

  private constructor(dbs: readonly Database[], agents: Map<number, ModelAgent>, libraryIds: number[]) {
    this.#coordinators = dbs.map((db) => ({ db, limits: new KindLimits(db) }))
    this.types = createTypes()
    this.agents = agents
    this.libraryIds = libraryIds
  }

  static async create(dbs: readonly Database[]): Promise<QueueWorld> {
    const db = dbs[0]!
    // Without a key: what is stored twice must show.
    await sql`create table effect (job_id bigint, fencing_token bigint)`.execute(db)
    const vault = await QueueActor.create(db, createTypes(), 'vault', 1)
    const worker = await QueueActor.create(db, createTypes(), 'worker', 2)
    const libraryIds = [await vault.addLibrary('one'), await vault.addLibrary('two')]
    const agents = new Map<number, ModelAgent>([
      [vault.agentId, { draining: false, models: [], concurrency: 1 }],
      [worker.agentId, { draining: false, models: ['yolo'], concurrency: 2 }],
    ])
    return new QueueWorld(dbs, agents, libraryIds)
  }

  /** Forgets everything that the last schedule has done. */
  async reset(): Promise<Model> {
    await sql`
      with jobs as (delete from job), kinds as (delete from job_kind), effects as (delete from effect),
      agents as (update agent set draining = false where draining)
      update library set state = 'online', paused = false where paused or state <> 'online'`.execute(this.#db)
    this.#resets += 1
    if (this.#resets % TIDY_EVERY === 0) await this.#tidy()
    return {
      jobs: new Map(),
      agents: this.agents,
      pausedKinds: new Set(),
      pausedLibraries: new Set(),
      offlineLibraries: new Set(),
    }
  }

  /** Runs steps at once, over the coordinators in turn. */
  runAll(steps: readonly QueueStep[]): Promise<StepOutcome[]> {
    return Promise.all(
      steps.map(async (step, i) => {
        const { db, limits } = this.#coordinators[i % this.#coordinators.length]!
        try {
          return await this.#run(db, limits, step)
        } catch (error) {
          if (error instanceof AppError) return { error: error.code }
          throw error
        }
      }),
    )
  }

  async #run(db: Database, limits: KindLimits, step: QueueStep): Promise<StepOutcome> {
    const { types } = this
    switch (step.do) {
      case 'enqueue': {
        const { kind, subjectId, libraryId, priority, model, afterJobId } = step
        const jobIds = await enqueueJobs(db, [
          {
            kind,
            contract: types.get(kind)!.contract,
            subjectId,
            libraryId,
            priority,
            ...(model === null ? {} : { model }),
            ...(afterJobId === null ? {} : { afterJobId }),
            ...(step.isLater ? { runAfter: new Date(Date.now() + 3_600_000) } : {}),
          },
        ])
        return { jobIds }
      }
      case 'lease': {
        const { agentId, instance, count, minPriority } = step
        const models = this.agents.get(agentId)!.models
        const slot = {
          capability: 'detect',
          count,
          ...(minPriority === null ? {} : { minPriority }),
        } as const
        const leases = await leaseJobs({ db, types, limits, ttlMs: TTL_MS }, { agentId, instance, models }, [
          slot,
        ])
        return { leases: leases.map(({ jobId, fencingToken }) => ({ jobId, fencingToken })) }
      }
      case 'renew':
        return { jobIds: await renewLeases(db, step.agentId, step.refs, TTL_MS) }
      case 'runOut':
        await sql`update job set lease_expires_at = now() - interval '1 second'
          where id = ${step.jobId} and state = 'leased'`.execute(db)
        return null
      case 'returnExpired':
        return { count: await returnExpired(db) }
      case 'complete': {
        const reports = step.reports.map(({ isGood, ...ref }) => ({
          ...ref,
          result: isGood ? noopResult : {},
        }))
        const { refused } = await completeJobs(db, types, step.agentId, reports)
        return { refused: refused.map(({ jobId, error }) => ({ jobId, code: error.code })) }
      }
      case 'fail':
        await failJob(db, types, step.agentId, step.ref, { code: step.code, message: 'test' })
        return null
      case 'release':
        return { count: await releaseJobs(db, step.agentId, step.refs, 'test') }
      case 'restart':
        return { count: await returnUnheld(db, step.agentId, step.instance, []) }
      case 'cancel':
        await cancelJob(db, types, step.jobId, null)
        return null
      case 'retry':
        await retryJob(db, step.jobId, null)
        return null
      case 'retryDead':
        return { count: await retryDeadJobs(db, { kind: step.kind }, null) }
      case 'comeDue':
        await sql`update job set run_after = now() - interval '1 second'
          where id = ${step.jobId} and state = 'queued' and waiting and run_after < 'infinity'`.execute(db)
        return null
      case 'wake':
        return { count: await wakeJobs(db) }
      case 'pauseKind':
        await setKind(db, step.kind, { paused: step.paused })
        return null
      case 'pauseLibrary':
        await sql`update library set paused = ${step.paused} where id = ${step.libraryId}`.execute(db)
        return null
      case 'comeBack':
        await sql`update library set state = 'online' where id = ${step.libraryId}`.execute(db)
        return null
      case 'drain':
        await sql`update agent set draining = ${step.draining} where id = ${step.agentId}`.execute(db)
        return null
    }
  }

  /** The jobs as the database has them. */
  async readJobs(): Promise<Map<number, ModelJob>> {
    const { rows } = await sql<ModelJob>`
      select job.id, job.kind, job.subject_id as "subjectId", job.library_id as "libraryId", lane.model,
        job.priority, job.state, job.waiting, job.after_job_id as "afterJobId",
        job.fencing_token as "fencingToken", job.agent_id as "agentId", job.instance, job.attempt, job.failures,
        job.deaths, job.lease_expires_at is not null as "hasExpiry",
        coalesce(job.lease_expires_at < now(), false) as "isExpired",
        (select count(*) from effect where effect.job_id = job.id) as effects,
        coalesce((extract(epoch from job.leased_at) * 1000000)::bigint, 0) as "leasedAtUs",
        job.run_after <= now() as "isDue"
      from job join lane on lane.id = job.lane_id order by job.id`.execute(this.#db)
    return new Map(rows.map((job) => [job.id, job]))
  }

  /** What people and offline libraries let rest, as the database has it. */
  async readRest(): Promise<Rest> {
    const { rows } = await sql<{ kinds: string[]; paused: number[]; offline: number[]; draining: number[] }>`
      select array(select kind from job_kind where paused order by 1) as kinds,
        array(select id::float8 from library where paused order by 1) as paused,
        array(select id::float8 from library where state = 'offline' order by 1) as offline,
        array(select id::float8 from agent where draining order by 1) as draining`.execute(this.#db)
    return rows[0]!
  }

  /**
   * Lanes and states whose counter differs from their number of jobs that are open or dead, and results that were
   * taken with another token than the newest.
   */
  async findContradictions(): Promise<unknown[]> {
    const { rows } = await sql`
      select lane_id, state, counted.amount, there.amount from (
        select lane_id, state, sum(amount) as amount from job_tally where state not in ('done', 'cancelled')
        group by 1, 2 having sum(amount) <> 0) counted
      full join (
        select lane_id, state, count(*) as amount from job where state not in ('done', 'cancelled')
        group by 1, 2) there using (lane_id, state)
      where counted.amount is distinct from there.amount
      union all
      select job.lane_id, job.state, effect.fencing_token, job.fencing_token from effect
      join job on job.id = effect.job_id and job.fencing_token <> effect.fencing_token`.execute(this.#db)
    return rows
  }

  /** Else everything would slow down by what has been deleted. */
  async #tidy(): Promise<void> {
    await foldTally(this.#db)
    await sql`vacuum job, job_tally, job_event, effect`.execute(this.#db)
  }

  get #db(): Database {
    return this.#coordinators[0]!.db
  }
}

function createTypes(): ReadonlyMap<string, JobType> {
  const type = createNoopType({
    maxAttempts: MODEL_MAX_ATTEMPTS,
    apply: async (tx, job) => {
      await sql`insert into effect (job_id, fencing_token) values (${job.id}, ${job.fencingToken})`.execute(
        tx,
      )
    },
  })
  return new Map([
    ['test.one', type],
    ['test.two', type],
  ])
}
