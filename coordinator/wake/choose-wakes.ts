import { isLaneClosed, type LaneFacts } from '../fleet/waits-for.ts'
import { mayWake, type WakeNeed } from './may-wake.ts'
import type { Sleeper } from './sleeper.ts'

/** A lane with jobs that wait. */
export type WaitingLane = { id: number; lane: LaneFacts; jobs: number; oldestAt: Date }

type Wanted = { need: WakeNeed; lanes: number[] }

/** Lanes that machines could serve if they were awake, and that nobody serves. */
export function unservedLanes<L extends { lane: LaneFacts }>(
  lanes: readonly L[],
  machines: readonly Sleeper[],
): L[] {
  return lanes.filter(({ lane }) => {
    if (isLaneClosed(lane)) return false
    const able = machines.filter((machine) => canServe(machine, lane))
    return able.length > 0 && !able.some(isServing)
  })
}

/** What waits for each machine that is not there, because nobody who is there can do it. */
export function needsOf(lanes: readonly WaitingLane[], machines: readonly Sleeper[]): Map<number, Wanted> {
  const needs = new Map<number, Wanted>()
  for (const { id, lane, jobs, oldestAt } of unservedLanes(lanes, machines)) {
    for (const machine of machines) {
      if (machine.isConnected || jobs === 0 || !canServe(machine, lane)) continue
      const { need, lanes } = needs.get(machine.id) ?? { need: { jobs: 0, oldestAt }, lanes: [] }
      needs.set(machine.id, {
        need: { jobs: need.jobs + jobs, oldestAt: oldestAt < need.oldestAt ? oldestAt : need.oldestAt },
        lanes: [...lanes, id],
      })
    }
  }
  return needs
}

/**
 * Which machines to wake for work now: of several that could do the same, one, and that which has failed least.
 *
 * @param needs see `needsOf`
 */
export function chooseWakes(
  machines: readonly Sleeper[],
  needs: ReadonlyMap<number, Wanted>,
  now: Date,
): { machine: Sleeper; jobs: number }[] {
  const lanesOf = (machine: Sleeper) => needs.get(machine.id)?.lanes ?? []
  const covered = new Set(machines.filter(({ wake }) => wake).flatMap(lanesOf))
  const chosen: { machine: Sleeper; jobs: number }[] = []
  const candidates = machines
    .filter(({ isConnected, wake }) => !isConnected && !wake)
    .toSorted((a, b) => a.failedWakes - b.failedWakes || a.id - b.id)
  for (const machine of candidates) {
    const need = needs.get(machine.id)?.need
    if (!need || lanesOf(machine).every((lane) => covered.has(lane))) continue
    if (!mayWake(machine, need, now).may) continue
    for (const lane of lanesOf(machine)) covered.add(lane)
    chosen.push({ machine, jobs: need.jobs })
  }
  return chosen
}

/** Its agent is there and takes work of this kind now or as soon as it has room. */
function isServing({ isConnected, isPaused, report }: Sleeper): boolean {
  return isConnected && !isPaused && !report?.yields
}

export function canServe(machine: Pick<Sleeper, 'id' | 'capabilities' | 'models'>, lane: LaneFacts): boolean {
  const { capability, model, library } = lane
  const vaultId = library?.vaultId ?? null
  return (
    (vaultId === null || vaultId === machine.id) &&
    machine.capabilities.some((offer) => offer.capability === capability) &&
    (model === null || machine.models.includes(model))
  )
}
