import type { Capability } from '../../protocol/capability.ts'
import { AppError } from '../../protocol/errors.ts'
import type { AgentView, JobKindSummary } from '../../protocol/fleet.ts'
import type { JobKind } from '../../protocol/jobs.ts'
import type { WakePolicyChange } from '../../protocol/power.ts'
import { fakePowerDetail } from './fake-power.ts'
import type { FakeWorld } from './fake-world.ts'

type TellJobs = (event: 'jobs', message: { kinds: JobKindSummary[] }) => void

/** The routes of machines and of what they work on. */
export function fleetHandlers(world: FakeWorld, emit: TellJobs) {
  const agent = (id: unknown) => {
    const found = world.agents.find((known) => known.id === id)
    if (!found) throw new AppError('not_found', `There is no agent ${id}`)
    return found
  }
  const setAgent = (id: unknown, change: Partial<AgentView>) => {
    const changed = { ...agent(id), ...change }
    world.agents = world.agents.map((known) => (known.id === id ? changed : known))
    return changed
  }
  const tellJobs = <T>(answer: T): T => {
    emit('jobs', { kinds: world.queue.kinds })
    return answer
  }
  return {
    listJobs: ({ query }: { query: Parameters<typeof world.queue.list>[0] }) => world.queue.list(query),
    listFailures: () => ({ items: world.queue.failures() }),
    getJobSummary: () => ({ kinds: world.queue.kinds }),
    getJob: ({ params }: { params: { id: number } }) => world.queue.detail(params.id),
    updateJobKind: ({
      params,
      body,
    }: {
      params: { kind: JobKind }
      body: { paused?: boolean; maxRunning?: number | null }
    }) => tellJobs(world.queue.updateKind(params.kind, body)),
    retryJob: ({ params }: { params: { id: number } }) => tellJobs(world.queue.retry(params.id)),
    retryDeadJobs: ({ body }: { body: Parameters<typeof world.queue.retryDead>[0] }) =>
      tellJobs({ jobs: world.queue.retryDead(body) }),
    cancelJob: ({ params }: { params: { id: number } }) => tellJobs(world.queue.cancel(params.id)),
    listAgents: () => ({ items: world.agents }),
    revokeAgent: ({ params }: { params: { id: number } }) => {
      world.agents = world.agents.filter(({ id }) => id !== params.id)
      return {}
    },
    drainAgent: ({ params }: { params: { id: number } }) =>
      setAgent(params.id, { state: 'draining', paused: true }),
    resumeAgent: ({ params }: { params: { id: number } }) =>
      setAgent(params.id, { state: 'online', paused: false }),
    updateAgent: ({
      params,
      body: { wake, name, ...settings },
    }: {
      params: { id: number }
      body: { name?: string; wake?: WakePolicyChange; concurrency?: Partial<Record<Capability, number>> }
    }) => {
      const before = agent(params.id).settings
      if (wake) world.wakePolicies.set(params.id, wake)
      return setAgent(params.id, {
        ...(name === undefined ? {} : { name }),
        settings: { ...before, ...settings },
      })
    },
    getAgentPower: ({ params }: { params: { id: number } }) =>
      fakePowerDetail(agent(params.id), world.wakePolicies.get(params.id)),
    wakeAgent: ({ params }: { params: { id: number } }) =>
      setAgent(params.id, {
        state: 'waking',
        power: {
          ...agent(params.id).power,
          wake: { startedAt: new Date().toISOString(), packets: 1, byPerson: true },
        },
      }),
    sleepAgent: ({ params }: { params: { id: number } }) => agent(params.id),
  }
}
