import type { Capability } from '../../protocol/capability.ts'
import type { AgentView, LibraryState } from '../../protocol/fleet.ts'

type Offer = Pick<AgentView, 'id' | 'name' | 'state' | 'lastSeenAt' | 'capabilities' | 'models'>

/** What decides whether the jobs of a lane can start at all. */
export type LaneFacts = {
  capability: Capability
  /** Only agents that have it can run these jobs. */
  model: string | null
  kindPaused: boolean
  library: {
    name: string
    state: LibraryState
    paused: boolean
    /** The one agent that may run these jobs, when they touch the library's files. */
    vaultId: number | null
  } | null
  runsOffline: boolean
}

/** Why the jobs of a lane wait though nothing is wrong with them; null when an agent works on them now. */
export function laneWaitsFor(lane: LaneFacts, agents: readonly Offer[]): string | null {
  const { library } = lane
  if (lane.kindPaused) return 'Paused: this kind of work rests until somebody resumes it'
  if (library?.paused) return `Paused: library “${library.name}” rests until somebody resumes it`
  if (library?.state === 'offline' && !lane.runsOffline)
    return `Waits for library “${library.name}”, which is offline`
  return waitsForNode(lane, agents)
}

/** Why a queued job waits: for another job, until a time, or with its lane. */
export function waitsFor(
  job: { waiting: boolean; runAfter: Date | number; after: { id: number; state: string } | null },
  lane: LaneFacts,
  agents: readonly Offer[],
): string | null {
  if (job.waiting && job.after) {
    const what = `Waits for job ${job.after.id}`
    return job.after.state === 'dead' || job.after.state === 'cancelled'
      ? `${what}, which has ended without success: try that one again`
      : what
  }
  // The rest of the queue shows a time; 'infinity' comes as a number.
  if (job.waiting && job.runAfter instanceof Date)
    return `Is tried again at ${minute(job.runAfter.toISOString())}`
  return laneWaitsFor(lane, agents)
}

function waitsForNode(lane: LaneFacts, agents: readonly Offer[]): string | null {
  const { capability, model, library } = lane
  const vaultId = library?.vaultId ?? null
  const able = agents
    .filter((agent) => vaultId === null || agent.id === vaultId)
    .filter((agent) => agent.capabilities.some((offer) => offer.capability === capability))
  const offering = able.filter((agent) => model === null || agent.models.includes(model))
  if (offering.some(({ state }) => state === 'online')) return null
  if (able.length > 0 && offering.length === 0)
    return `Waits for model “${model}” on a machine that offers “${capability}”`
  const wanted = `Waits for a machine that offers “${capability}”`
  const draining = offering.filter(({ state }) => state === 'draining')
  if (draining.length > 0) return `${wanted}: ${names(draining)} takes no more work until it is resumed`
  const last = offering.toSorted((a, b) => (b.lastSeenAt ?? '').localeCompare(a.lastSeenAt ?? ''))[0]
  if (!last) return `${wanted}: none is known`
  return `${wanted}: “${last.name}” is not connected, last seen ${last.lastSeenAt ? minute(last.lastSeenAt) : 'never'}`
}

function names(agents: readonly Offer[]): string {
  return agents.map(({ name }) => `“${name}”`).join(', ')
}

function minute(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`
}
