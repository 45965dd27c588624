import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { AgentMessage } from '../../protocol/agents.ts'
import { AppError, LeaseLostError } from '../../protocol/errors.ts'
import type { LiveEvent } from '../../protocol/live.ts'
import { storableText } from '../../protocol/media.ts'
import type { Database } from '../db/database.ts'
import { completeJobs } from '../jobs/complete-jobs.ts'
import { failJob } from '../jobs/fail-job.ts'
import type { JobEnd } from '../jobs/job-ends.ts'
import type { JobTypes } from '../jobs/job-type.ts'
import type { KindLimits } from '../jobs/kind-limits.ts'
import { leaseJobs } from '../jobs/lease-jobs.ts'
import { renewLeases, showProgress } from '../jobs/renew-leases.ts'
import { releaseJobs } from '../jobs/return-jobs.ts'
import type { AgentWords } from './agent-words.ts'
import { type ConnectedAgent, endStale } from './connected-agent.ts'
import type { GreetedEvents } from './greeted-events.ts'
import type { Presence } from './presence.ts'
import { SimultaneousAsks } from './simultaneous-asks.ts'

type JobEvent =
  | 'lease.request'
  | 'lease.renew'
  | 'job.progress'
  | 'job.chunk'
  | 'job.complete'
  | 'job.fail'
  | 'job.release'

/** Of results that came together, on a database that serves nobody else meanwhile: storing a look takes it 5 to 15 ms. */
const RESULTS_IN_A_TURN = 8

export type JobEventsOptions = {
  db: Database
  /** The database serves others beside this coordinator, and several at once. */
  isShared: boolean
  log: Logger
  types: JobTypes
  limits: KindLimits
  presence: Pick<Presence, 'id'>
  words: AgentWords
  leaseTtlMs: number
  /** This connection is still the agent's. */
  isCurrent: (agent: ConnectedAgent) => boolean
  onChange: (what: LiveEvent) => void
  /** These have been committed. */
  onEnded: (ends: readonly JobEnd[]) => void
}

/** What agents ask and report about jobs: the border between the line and the queue. */
export function createJobEvents(options: JobEventsOptions): GreetedEvents<JobEvent> {
  const { db, isShared, log, types, limits, presence, words, leaseTtlMs, isCurrent, onChange, onEnded } =
    options
  const asks = new SimultaneousAsks()

  const lease = async (agent: ConnectedAgent, slots: AgentMessage<'lease.request'>['slots']) => {
    const offered = slots.filter((slot) => agent.capabilities.has(slot.capability))
    const leases = await asks.run(() => leaseJobs({ db, types, limits, ttlMs: leaseTtlMs }, agent, offered))
    if (leases.length === 0) {
      await requireStanding(db, agent)
      return []
    }
    onChange('jobs')
    if (isCurrent(agent)) return leases
    // Nobody will read the answer: the jobs must not wait until these leases run out.
    await releaseJobs(db, agent.agentId, leases, 'The agent went while it asked')
    return []
  }

  return {
    'lease.request': async (agent, message) => ({ leases: await lease(agent, message.slots) }),

    'lease.renew': async (agent, message) => {
      const { numUpdatedRows } = await db
        .updateTable('agent')
        .set({ last_seen_at: sql<Date>`now()` })
        .where('id', '=', agent.agentId)
        .where('session_hash', '=', agent.sessionHash)
        .where('coordinator_id', '=', presence.id)
        .where('revoked_at', 'is', null)
        .executeTakeFirst()
      if (numUpdatedRows === 0n) throw endStale(agent)
      return { gone: await renewLeases(db, agent.agentId, message.leases, leaseTtlMs) }
    },

    'job.progress': async (agent, message) => {
      await showProgress(db, agent.agentId, message.jobs)
      onChange('jobs')
      return {}
    },

    'job.chunk': async (agent, message) => {
      const job = await db.selectFrom('job').select('kind').where('id', '=', message.jobId).executeTakeFirst()
      if (!job) throw new LeaseLostError(message.jobId)
      const take = types.get(job.kind)?.takeChunk
      if (!take) throw new AppError('bad_request', `Job ${message.jobId} takes no parts`)
      const answer = await take(db, agent.agentId, message, message.seq, message.chunk)
      words.hintWork()
      onChange('jobs')
      return answer
    },

    'job.complete': async (agent, message) => {
      const atOnce = isShared ? undefined : RESULTS_IN_A_TURN
      const { kinds, refused, errors } = await completeJobs(db, types, agent.agentId, message.jobs, atOnce)
      for (const error of errors) log.error({ err: error, agent: agent.name }, 'result could not be taken')
      for (const { jobId, error } of refused) {
        log.warn({ jobId, agent: agent.name, code: error.code, reason: error.message }, 'result refused')
      }
      const notTaken = new Set(refused.map(({ jobId }) => jobId))
      onEnded(
        message.jobs.map(({ jobId, result }) => ({
          jobId,
          ...(!notTaken.has(jobId) && { taken: { result } }),
        })),
      )
      onChange('jobs')
      const ended = [...kinds].flatMap((kind) => types.get(kind) ?? [])
      for (const what of new Set(ended.flatMap((type) => type.changes ?? []))) onChange(what)
      if (ended.some((type) => type.leadsToWork)) words.hintWork()
      return { refused, leases: message.slots.length > 0 ? await lease(agent, message.slots) : [] }
    },

    'job.fail': async (agent, message) => {
      const { jobId, error } = message
      await failJob(db, types, agent.agentId, message, error, message.log)
      log.warn({ jobId, agent: agent.name, code: error.code, reason: error.message }, 'job failed')
      onEnded([{ jobId }])
      onChange('jobs')
      return {}
    },

    'job.release': async (agent, message) => {
      await releaseJobs(db, agent.agentId, message.leases, storableText(message.reason))
      words.hintWork()
      onChange('jobs')
      return {}
    },
  }
}

/** @throws AppError `unavailable` when the connection is not the agent's any more */
async function requireStanding(db: Database, agent: ConnectedAgent): Promise<void> {
  const row = await db
    .selectFrom('agent')
    .select('id')
    .where('id', '=', agent.agentId)
    .where('session_hash', '=', agent.sessionHash)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  if (!row) throw endStale(agent)
}
