import type { Capability } from '../../protocol/capability.ts'
import type { AgentView } from '../../protocol/fleet.ts'

type Offer = Pick<AgentView, 'name' | 'state' | 'lastSeenAt' | 'capabilities'>

/** Why jobs of a capability wait though nothing is wrong with them; null when an agent works on them now. */
export function waitsForNode(capability: Capability, agents: readonly Offer[]): string | null {
  const offering = agents.filter((agent) =>
    agent.capabilities.some((offer) => offer.capability === capability),
  )
  if (offering.some(({ state }) => state === 'online')) return null
  const wanted = `Waits for a machine that offers “${capability}”`
  const draining = offering.filter(({ state }) => state === 'draining')
  if (draining.length > 0) return `${wanted}: ${names(draining)} takes no more work until it is resumed`
  const last = offering.toSorted((a, b) => (b.lastSeenAt ?? '').localeCompare(a.lastSeenAt ?? ''))[0]
  if (!last) return `${wanted}: none is known`
  return `${wanted}: “${last.name}” is not connected, last seen ${last.lastSeenAt ? minute(last.lastSeenAt) : 'never'}`
}

/** Why a queued job waits: until a time, or for a node. */
export function waitsFor(
  job: { capability: Capability; runAfter: Date },
  agents: readonly Offer[],
  now: Date,
): string | null {
  if (job.runAfter > now) return `Is tried again at ${minute(job.runAfter.toISOString())}`
  return waitsForNode(job.capability, agents)
}

function names(agents: readonly Offer[]): string {
  return agents.map(({ name }) => `“${name}”`).join(', ')
}

function minute(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`
}
