import { jobContracts } from '../../../protocol/jobs.ts'
import type { Database } from '../../db/database.ts'
import { listAgents, requireAgent } from '../../fleet/agent-views.ts'
import type { FleetLink } from '../../fleet/fleet-link.ts'
import { requireJobDetail } from '../../fleet/job-detail.ts'
import { readJobSummary, requireKind } from '../../fleet/job-summary.ts'
import { listFailures, listJobs, requireJob } from '../../fleet/job-views.ts'
import { cancelJob, retryDeadJobs, retryJob } from '../../jobs/control.ts'
import type { JobTypes } from '../../jobs/job-type.ts'
import { setKind } from '../../jobs/set-kind.ts'
import { sleepMachine, wakeMachine } from '../../wake/ask-machine.ts'
import { changeWakePolicy, readPowerDetail } from '../../wake/power-detail.ts'
import type { Handlers } from '../handler.ts'

type Names =
  | 'listJobs'
  | 'getJob'
  | 'getJobSummary'
  | 'listFailures'
  | 'updateJobKind'
  | 'retryJob'
  | 'retryDeadJobs'
  | 'cancelJob'
  | 'listAgents'
  | 'updateAgent'
  | 'drainAgent'
  | 'resumeAgent'
  | 'getAgentPower'
  | 'wakeAgent'
  | 'sleepAgent'

type Dependencies = {
  db: Database
  types: JobTypes
  fleet: FleetLink
  onChange: (what: 'jobs' | 'agents') => void
}

export function fleetHandlers(dependencies: Dependencies): Pick<Handlers, Names> {
  const { db, types, fleet, onChange } = dependencies
  const drain = async (agentId: number, isDraining: boolean) => {
    // First: an agent that is unknown or revoked is left alone.
    await requireAgent(db, agentId)
    await fleet.drain(agentId, isDraining)
    onChange('agents')
    if (!isDraining) fleet.hintWork()
    return await requireAgent(db, agentId)
  }
  return {
    listJobs: ({ query }) => listJobs(db, query),
    getJob: ({ params }) => requireJobDetail(db, params.id),
    getJobSummary: async () => ({ kinds: await readJobSummary(db, await listAgents(db)) }),
    listFailures: async () => ({ items: await listFailures(db) }),
    updateJobKind: async ({ params, body }) => {
      await setKind(db, params.kind, body)
      fleet.limitsChanged()
      fleet.hintWork({ capability: jobContracts[params.kind].capability })
      onChange('jobs')
      return await requireKind(db, await listAgents(db), params.kind)
    },
    retryJob: async ({ params, caller }) => {
      await retryJob(db, params.id, caller.id)
      const job = await requireJob(db, params.id)
      fleet.hintWork({ capability: jobContracts[job.kind].capability, priority: job.priority })
      onChange('jobs')
      return job
    },
    retryDeadJobs: async ({ body, caller }) => {
      const jobs = await retryDeadJobs(db, body, caller.id)
      fleet.hintWork()
      onChange('jobs')
      return { jobs }
    },
    cancelJob: async ({ params, caller }) => {
      const { agentId } = await cancelJob(db, types, params.id, caller.id)
      if (agentId !== null) {
        fleet.sendTo(agentId, 'lease.revoked', {
          jobIds: [params.id],
          reason: 'cancelled by an administrator',
        })
      }
      onChange('jobs')
      return await requireJob(db, params.id)
    },
    listAgents: async () => ({ items: await listAgents(db) }),
    updateAgent: async ({ params, body }) => {
      const { name, wake, ...change } = body
      const { settings } = await requireAgent(db, params.id)
      if (name !== undefined) await fleet.rename(params.id, name)
      const given = Object.entries(change).filter(([, value]) => value !== undefined)
      if (given.length > 0) await fleet.configure(params.id, { ...settings, ...Object.fromEntries(given) })
      if (wake) await changeWakePolicy(db, params.id, wake)
      onChange('agents')
      return await requireAgent(db, params.id)
    },
    drainAgent: ({ params }) => drain(params.id, true),
    resumeAgent: ({ params }) => drain(params.id, false),
    getAgentPower: ({ params }) => readPowerDetail(db, params.id),
    wakeAgent: async ({ params, body, caller }) => {
      await wakeMachine(db, params.id, { accountId: caller.id, test: body.test })
      onChange('agents')
      return await requireAgent(db, params.id)
    },
    sleepAgent: async ({ params }) => {
      await sleepMachine(db, fleet, params.id)
      return await requireAgent(db, params.id)
    },
  }
}
