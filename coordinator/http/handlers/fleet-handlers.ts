import type { Database } from '../../db/database.ts'
import { listAgents, requireAgent } from '../../fleet/agent-views.ts'
import type { FleetLink } from '../../fleet/fleet-link.ts'
import { readJobSummary } from '../../fleet/job-summary.ts'
import { listJobs, requireJob } from '../../fleet/job-views.ts'
import { cancelJob, retryDeadJobs, retryJob } from '../../jobs/control.ts'
import type { Handlers } from '../handler.ts'

type Names =
  | 'listJobs'
  | 'getJobSummary'
  | 'retryJob'
  | 'retryDeadJobs'
  | 'cancelJob'
  | 'listAgents'
  | 'drainAgent'
  | 'resumeAgent'

type Dependencies = { db: Database; fleet: FleetLink; onChange: (what: 'jobs' | 'agents') => void }

export function fleetHandlers(dependencies: Dependencies): Pick<Handlers, Names> {
  const { db, fleet, onChange } = dependencies
  const drain = async (agentId: number, isDraining: boolean) => {
    // First: an agent that is unknown or revoked is left alone.
    await requireAgent(db, fleet, agentId)
    await fleet.drain(agentId, isDraining)
    onChange('agents')
    if (!isDraining) fleet.hintWork()
    return await requireAgent(db, fleet, agentId)
  }
  return {
    listJobs: ({ query }) => listJobs(db, fleet, query),
    getJobSummary: async () => ({ kinds: await readJobSummary(db, await listAgents(db, fleet)) }),
    retryJob: async ({ params }) => {
      await retryJob(db, params.id)
      fleet.hintWork()
      onChange('jobs')
      return await requireJob(db, fleet, params.id)
    },
    retryDeadJobs: async ({ body }) => {
      const jobs = await retryDeadJobs(db, body.kind)
      fleet.hintWork()
      onChange('jobs')
      return { jobs }
    },
    cancelJob: async ({ params }) => {
      const agentId = await cancelJob(db, params.id)
      if (agentId !== null) {
        fleet.sendTo(agentId, 'lease.revoked', {
          jobIds: [params.id],
          reason: 'cancelled by an administrator',
        })
      }
      onChange('jobs')
      return await requireJob(db, fleet, params.id)
    },
    listAgents: async () => ({ items: await listAgents(db, fleet) }),
    drainAgent: ({ params }) => drain(params.id, true),
    resumeAgent: ({ params }) => drain(params.id, false),
  }
}
