import type { Capability } from '../../protocol/capability.ts'
import { AppError } from '../../protocol/errors.ts'
import type { Queryable } from '../db/database.ts'
import { listAgents } from '../fleet/agent-views.ts'
import { type LaneFacts, laneWaitsFor } from '../fleet/waits-for.ts'
import { findWakeable } from '../wake/find-wakeable.ts'

/** For whoever has no machine that is always on but the coordinator's own. */
const advice: Partial<Record<Capability, string>> = {
  query: 'A coordinator whose setting modelsFolder names a folder with this model answers by itself',
}

/**
 * Somebody will wait for the answer: refuses at once where no machine could give it, neither now nor when it is woken.
 *
 * @returns the machine that sleeps, and that one queued job gets out of bed by its policy; undefined when one is there
 * @throws AppError `model_missing` with what it would take
 */
export async function findAsleep(
  db: Queryable,
  capability: Capability,
  model: string,
): Promise<string | undefined> {
  const lane = laneOf(capability, model)
  const reason = laneWaitsFor(lane, await listAgents(db))
  if (reason === null) return undefined
  const name = await findWakeable(db, lane)
  if (name !== undefined) return name
  const sentences = ['Nobody can answer now', reason, advice[capability]].filter((sentence) => sentence)
  throw new AppError('model_missing', sentences.join('. '))
}

/** What is said to whoever asks, while the question waits in the queue. */
export function machineAsleep(name: string): AppError {
  return new AppError('machine_asleep', `“${name}” is being woken to answer; ask again in a moment`)
}

/** Of jobs that somebody waits for: they need a model and no library. */
function laneOf(capability: Capability, model: string): LaneFacts {
  return { capability, model, kindPaused: false, library: null, runsOffline: true }
}
