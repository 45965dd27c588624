import { env } from 'onnxruntime-node'
import type { ExecutionProvider } from '../../../config/agent-config.ts'
import type { FromVision, VisionSetup } from '../session/messages.ts'
import { chooseCounts } from './choose-counts.ts'
import type { KeptCounts } from './kept-counts.ts'
import { fittingLookers, measureCounts } from './measure-counts.ts'
import { possibleCounts, type SessionCounts, usualCounts } from './session-counts.ts'

/** Nothing that is measured takes so long: a model hangs. */
const MEASURE_LIMIT_MS = 120_000

/**
 * How many sessions run here, with how many threads: what a person says, what was measured before for the same
 * machine and models, or what is measured now.
 *
 * @returns `measured` is what should be kept: null when it is known already, or nothing was measured
 */
export async function findCounts(
  setup: VisionSetup,
  provider: ExecutionProvider,
  cores: number,
  send: (message: FromVision) => void,
): Promise<{ counts: SessionCounts; measured: KeptCounts | null }> {
  const usual = usualCounts(provider, cores)
  const said = { sessions: setup.sessions ?? usual.sessions, threads: setup.threads ?? usual.threads }
  if (setup.sessions !== null || setup.threads !== null) return { counts: said, measured: null }
  const ways = possibleCounts(provider, cores)
  const lookers = await fittingLookers(setup.lookers, ways, setup.memoryLimitBytes)
  if (ways.length < 2 || lookers.length === 0) return { counts: usual, measured: null }
  const models = lookers.map(({ modelKey }) => modelKey).sort()
  const here = { provider, cores, runtime: env.versions.common, models }
  const { kept } = setup
  if (kept !== null && holdsFor(kept, here)) {
    return { counts: { sessions: kept.sessions, threads: kept.threads }, measured: null }
  }
  send({ type: 'measuring' })
  // One that hangs can only be ended with the process; the next one does not measure.
  const limit = setTimeout(() => send({ type: 'stuck', ids: [] }), MEASURE_LIMIT_MS)
  try {
    const counts = chooseCounts(await measureCounts(provider, ways, lookers))
    return counts ? { counts, measured: { ...here, ...counts } } : { counts: usual, measured: null }
  } finally {
    clearTimeout(limit)
  }
}

function holdsFor(kept: KeptCounts, here: Pick<KeptCounts, 'provider' | 'cores' | 'runtime' | 'models'>) {
  const { provider, cores, runtime, models } = kept
  return JSON.stringify({ provider, cores, runtime, models }) === JSON.stringify(here)
}
