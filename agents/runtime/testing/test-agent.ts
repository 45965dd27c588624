import { generateKeyPairSync, sign } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import type { OfferedCapability } from '../../../protocol/capability.ts'
import type { IngestResult } from '../../../protocol/ingest.ts'
import type { AgentKey } from '../agent-key.ts'
import { connectAgent } from '../connect-agent.ts'
import { CoordinatorHttp } from '../coordinator-http.ts'
import type { JobHandlers } from '../job-handler.ts'
import type { TestCoordinator } from './test-coordinator.ts'

export type TestAgentOptions = {
  handlers: JobHandlers
  capabilities?: OfferedCapability[]
  finishLimitMs?: number
}

export type RunningAgent = AsyncDisposable & {
  http: CoordinatorHttp
  log: { level: number; msg: string }[]
  /** In order, as the process would. */
  stop(): Promise<void>
}

/** The agent's own runtime with a test's handlers, connected to a coordinator that the test plays. */
export function runAgent(coordinator: TestCoordinator, options: TestAgentOptions): RunningAgent {
  const log: RunningAgent['log'] = []
  const closers: (() => void | Promise<void>)[] = []
  const http = new CoordinatorHttp(coordinator.url)
  closers.push(() => http.close())
  connectAgent(
    {
      config: {
        name: 'test',
        coordinatorUrl: coordinator.url,
        capabilities: options.capabilities ?? [{ capability: 'ingest', concurrency: 2 }],
        roots: [],
      },
      key: createKey(),
      http,
      handlers: options.handlers,
      finishLimitMs: options.finishLimitMs,
      log: pino({ level: 'debug' }, { write: (line) => void log.push(JSON.parse(line)) }),
    },
    closers,
  )
  const stop = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  return { http, log, stop, [Symbol.asyncDispose]: stop }
}

function createKey(): AgentKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  return {
    publicKey: publicKey.export({ format: 'jwk' }).x as string,
    sign: (nonce) => sign(null, Buffer.from(`hearth-agent:${nonce}`), privateKey).toString('base64url'),
  }
}

/** Runs until it is aborted, as a handler should. */
export async function untilAborted(signal: AbortSignal): Promise<never> {
  await sleep(60_000, undefined, { signal, ref: false })
  throw new Error('Nobody aborted this job')
}

export const readResult: IngestResult = {
  contentHash: 'a'.repeat(64),
  sizeBytes: 1,
  mtimeUs: 1,
  metadata: null,
  media: null,
  derived: [],
  thumbhash: null,
  problem: null,
}
