import { listSupportedBackends } from 'onnxruntime-node'
import { AppError } from '../../../protocol/errors.ts'
import type { ProviderReport } from '../../../protocol/models.ts'
import { providerChoices } from './choose-provider.ts'
import { messageOf } from './message-of.ts'
import type { FromVision, VisionSetup } from './messages.ts'
import { sessionCounts } from './session-counts.ts'
import { SessionThreads } from './session-threads.ts'
import { VisionWorker } from './vision-worker.ts'

/**
 * Tries the execution providers one by one, and starts to work with the first that gives right numbers.
 *
 * @param cores of this machine
 * @throws AppError `unavailable` when not even the processor can be used
 */
export async function startProvider(
  setup: VisionSetup,
  cores: number,
  send: (message: FromVision) => void,
): Promise<VisionWorker> {
  const built = listSupportedBackends().map(({ name }) => name)
  const providers: ProviderReport[] = []
  for (const { provider, reason } of providerChoices(
    setup.providers,
    process.platform,
    built,
    setup.crashed,
  )) {
    if (reason !== null) {
      providers.push({ provider, works: false, reason })
      continue
    }
    send({ type: 'trying', provider })
    const counts = sessionCounts(provider, cores)
    const sessions = setup.sessions ?? counts.sessions
    const threads = setup.threads ?? counts.threads
    const pool = new SessionThreads({
      provider,
      threads,
      count: sessions,
      timeoutMs: setup.timeoutMs,
      maxBatch: setup.maxBatch,
      batchLimits: setup.batchLimits,
      onBatchLimit: (path, limit) => send({ type: 'batchLimit', path, limit }),
      onStuck: (tasks) => send({ type: 'stuck', ids: tasks.map(({ id }) => id) }),
    })
    try {
      await pool.test({ provider, threads })
    } catch (error) {
      providers.push({ provider, works: false, reason: messageOf(error) })
      await pool.stop()
      continue
    }
    providers.push({ provider, works: true, reason: null })
    send({ type: 'ready', provider, providers })
    return new VisionWorker(pool, provider, send)
  }
  const reasons = providers.map(({ provider, reason }) => `${provider}: ${reason}`)
  throw new AppError('unavailable', `No execution provider works on this machine. ${reasons.join('. ')}`)
}
