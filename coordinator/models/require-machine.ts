import type { Capability } from '../../protocol/capability.ts'
import { AppError } from '../../protocol/errors.ts'
import type { Queryable } from '../db/database.ts'
import { listAgents } from '../fleet/agent-views.ts'
import { type LaneFacts, laneWaitsFor } from '../fleet/waits-for.ts'

/**
 * Somebody will wait for the answer: refuses at once where no machine could give it now.
 *
 * @throws AppError `model_missing` with what it would take
 */
export async function requireMachine(db: Queryable, capability: Capability, model: string): Promise<void> {
  const reason = laneWaitsFor(laneOf(capability, model), await listAgents(db))
  if (reason !== null) throw new AppError('model_missing', `Nobody can answer now. ${reason}`)
}

/** Of jobs that somebody waits for: they need a model and no library. */
export function laneOf(capability: Capability, model: string): LaneFacts {
  return { capability, model, kindPaused: false, library: null, runsOffline: true }
}
