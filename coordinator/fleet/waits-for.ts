import type { Capability } from '../../protocol/capability.ts'
import type { AgentView, LibraryState } from '../../protocol/fleet.ts'

type Offer = Pick<
  AgentView,
  'id' | 'name' | 'state' | 'lastSeenAt' | 'capabilities' | 'models' | 'sources'
> & {
  power: Pick<AgentView['power'], 'since' | 'yields' | 'wake' | 'usualMs' | 'problem'>
}

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
    /** Set when the jobs read originals: only their owner and agents with a proved source can. */
    originals: { libraryId: number; ownerId: number | null } | null
  } | null
  runsOffline: boolean
}

/** Why the jobs of a lane wait though nothing is wrong with them; null when an agent works on them now. */
export function laneWaitsFor(lane: LaneFacts, agents: readonly Offer[]): string | null {
  return whyClosed(lane) ?? waitsForNode(lane, agents)
}

/** No machine, however many there are, could start its jobs now. */
export function isLaneClosed(lane: LaneFacts): boolean {
  return whyClosed(lane) !== null
}

function whyClosed({ kindPaused, library, runsOffline }: LaneFacts): string | null {
  if (kindPaused) return 'Paused: this kind of work rests until somebody resumes it'
  if (library?.paused) return `Paused: library “${library.name}” rests until somebody resumes it`
  if (library?.state === 'offline' && !runsOffline)
    return `Waits for library “${library.name}”, which is offline`
  return null
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
  const reading = offering.filter((agent) => readsOriginals(agent, library))
  if (reading.some(({ state, power }) => state === 'online' && power.yields === null)) return null
  if (able.length > 0 && offering.length === 0)
    return `Waits for model “${model}” on a machine that offers “${capability}”`
  if (offering.length > 0 && reading.length === 0 && library) return waitsForSource(library, offering)
  const wanted = `Waits for a machine that offers “${capability}”`
  const nearest = reading.toSorted(
    (a, b) => nearness(a) - nearness(b) || lastSeen(b).localeCompare(lastSeen(a)),
  )[0]
  if (!nearest) return `${wanted}: none is known`
  if (nearest.state !== 'draining') return `${wanted}: ${describeAway(nearest)}`
  const draining = reading.filter(({ state }) => state === 'draining')
  return `${wanted}: ${names(draining)} takes no more work until it is resumed`
}

/** How soon a machine may be expected to work: the sooner, the less. */
const nearnessOf: Record<AgentView['state'], number> = {
  booting: 0,
  waking: 1,
  online: 2,
  draining: 3,
  asleep: 4,
  offline: 5,
  unreachable: 6,
}

function nearness({ state }: Offer): number {
  return nearnessOf[state]
}

function lastSeen({ lastSeenAt }: Offer): string {
  return lastSeenAt ?? ''
}

/** Of a machine that could do the work and does not: what keeps it, and what is done about it. */
function describeAway({ name, state, lastSeenAt, power }: Offer): string {
  const { since, wake, usualMs, yields, problem } = power
  const slept = since ? `asleep since ${minute(since)}, ` : ''
  const usual = usualMs === null ? '' : `, usually back in ${Math.round(usualMs / 1_000)} s`
  switch (state) {
    case 'online':
    case 'draining':
      return `“${name}” yields: ${yields}`
    case 'booting':
      return `“${name}” is ${slept}starting${usual}`
    case 'waking':
      return `“${name}” is ${slept}waking (try ${Math.max(1, wake?.packets ?? 1)})${usual}`
    case 'asleep':
      return `“${name}” is ${since ? `asleep since ${minute(since)}` : 'asleep'}`
    case 'unreachable':
      return `“${name}” cannot be woken${problem ? `: ${problem}` : ''}`
    case 'offline':
      return `“${name}” is not connected, last seen ${lastSeenAt ? minute(lastSeenAt) : 'never'}`
  }
}

function readsOriginals({ id, sources }: Offer, library: LaneFacts['library']): boolean {
  const originals = library?.originals
  if (!originals || originals.ownerId === id) return true
  return sources.some(({ libraryId, state }) => libraryId === originals.libraryId && state === 'proved')
}

/** With what came of it on the first machine that has a source at all. */
function waitsForSource(library: NonNullable<LaneFacts['library']>, offering: readonly Offer[]): string {
  const wanted = `Waits for a machine that reads the originals of library “${library.name}”`
  for (const { name, sources } of offering) {
    const failed = sources.find(
      ({ libraryId, reason }) => libraryId === library.originals?.libraryId && reason,
    )
    if (failed) return `${wanted}: on “${name}”, ${failed.label} failed: ${failed.reason}`
  }
  return `${wanted}: no source of ${names(offering)} has been proved for it yet`
}

function names(agents: readonly Offer[]): string {
  return agents.map(({ name }) => `“${name}”`).join(', ')
}

function minute(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`
}
