import type { Worker } from 'node:worker_threads'
import { listSupportedBackends } from 'onnxruntime-node'
import type { ExecutionProvider } from '../../../config/agent-config.ts'
import { AppError } from '../../../protocol/errors.ts'
import type { ProviderReport } from '../../../protocol/models.ts'
import { findCounts } from '../counts/find-counts.ts'
import { type SessionCounts, urgentThreads } from '../counts/session-counts.ts'
import { providerChoices } from './choose-provider.ts'
import { messageOf } from './message-of.ts'
import type { FromVision, VisionSetup } from './messages.ts'
import { SessionThreads } from './session-threads.ts'
import { VisionWorker } from './vision-worker.ts'

/** A driver may take its time when it is loaded first. */
const SELF_TEST_LIMIT_MS = 60_000

/**
 * Tries the execution providers one by one, and starts to work with the first that gives right numbers.
 *
 * @param cores of this machine
 * @param urgentWorker a thread for what somebody waits for; ended where none is used
 * @throws AppError `unavailable` when not even the processor can be used
 */
export async function startProvider(
  setup: VisionSetup,
  cores: number,
  urgentWorker: Worker,
  send: (message: FromVision) => void,
): Promise<VisionWorker> {
  const openThreads = (
    provider: ExecutionProvider,
    { sessions, threads }: SessionCounts,
    threadsForUrgent: number | null,
  ) =>
    new SessionThreads({
      ...{ provider, count: sessions, threads },
      urgent: threadsForUrgent === null ? null : { worker: urgentWorker, threads: threadsForUrgent },
      timeoutMs: setup.timeoutMs,
      memoryLimitBytes: setup.memoryLimitBytes,
      maxBatch: setup.maxBatch,
      batchLimits: setup.batchLimits,
      onBatchLimit: (path, limit) => send({ type: 'batchLimit', path, limit }),
      onStuck: (tasks) => send({ type: 'stuck', ids: tasks.map(({ id }) => id) }),
    })
  const probe = openThreads('cpu', { sessions: 1, threads: 1 }, null)
  const { provider, providers } = await tryProviders(setup, probe, send)
  await probe.stop()
  if (provider === null) {
    const reasons = providers.map(({ provider, reason }) => `${provider}: ${reason}`)
    throw new AppError('unavailable', `No execution provider works on this machine. ${reasons.join('. ')}`)
  }
  const { counts, measured } = await findCounts(setup, provider, cores, send)
  const forUrgent = urgentThreads(provider, cores)
  if (forUrgent === null) await urgentWorker.terminate()
  const threads = openThreads(provider, counts, forUrgent)
  const used = providers.map((tried) => (tried.works ? { ...tried, ...counts } : tried))
  send({ type: 'ready', provider, providers: used, measured })
  return new VisionWorker({ threads, provider, send, memoryLimitBytes: setup.memoryLimitBytes })
}

async function tryProviders(
  { providers: wanted, crashed }: VisionSetup,
  probe: SessionThreads,
  send: (message: FromVision) => void,
): Promise<{ provider: ExecutionProvider | null; providers: ProviderReport[] }> {
  const built = listSupportedBackends().map(({ name }) => name)
  const providers: ProviderReport[] = []
  for (const { provider, reason } of providerChoices(wanted, process.platform, built, crashed)) {
    if (reason !== null) {
      providers.push({ provider, works: false, reason })
      continue
    }
    send({ type: 'trying', provider })
    // One that hangs can only be ended with the process; the next one leaves it out.
    const limit = setTimeout(() => send({ type: 'stuck', ids: [] }), SELF_TEST_LIMIT_MS)
    try {
      await probe.test({ provider, threads: 1 })
      return { provider, providers: [...providers, { provider, works: true, reason: null }] }
    } catch (error) {
      providers.push({ provider, works: false, reason: adviceOn(provider, messageOf(error)) })
    } finally {
      clearTimeout(limit)
    }
  }
  return { provider: null, providers }
}

/** What the runtime says, and what helps where that is known. */
function adviceOn(provider: ExecutionProvider, reason: string): string {
  const isMissing = /failed to load (shared )?library/i.test(reason)
  return isMissing && (provider === 'cuda' || provider === 'tensorrt')
    ? 'its library is not here: with an NVIDIA GPU, run node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install and install CUDA 12 with cuDNN 9'
    : reason
}
