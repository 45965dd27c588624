import { generateKeyPairSync } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { z } from 'zod'
import type { OfferedCapability } from '../../../protocol/capability.ts'
import type { IngestResult } from '../../../protocol/ingest.ts'
import { type JobContract, jobContracts } from '../../../protocol/jobs.ts'
import type { AgentKey } from '../agent-key.ts'
import { type ConnectAgentOptions, type ConnectedAgent, connectAgent } from '../connect-agent.ts'
import { type BoundHandler, bindContracts, type HandlerTable, type JobHandlers } from '../job-handler.ts'
import type { TestCoordinator } from './test-coordinator.ts'

export type TestAgentOptions = Pick<ConnectAgentOptions, 'finishLimitMs' | 'abortGraceMs' | 'cageMissing'> & {
  handlers: JobHandlers | HandlerTable
  capabilities?: OfferedCapability[]
  /** Default: the given coordinator alone. */
  coordinatorUrls?: string[]
}

export type RunningAgent = AsyncDisposable &
  ConnectedAgent & {
    log: { level: number; msg: string; jobId?: number }[]
    /** In order, as the process would. */
    stop(): Promise<void>
  }

/** The agent's own runtime with a test's handlers, connected to a coordinator that the test plays. */
export function runAgent(coordinator: TestCoordinator, options: TestAgentOptions): RunningAgent {
  const { handlers, capabilities, coordinatorUrls, ...limits } = options
  const log: RunningAgent['log'] = []
  const closers: (() => void | Promise<void>)[] = []
  const agent = connectAgent(
    {
      config: {
        name: 'test',
        coordinatorUrls: coordinatorUrls ?? [coordinator.url],
        capabilities: capabilities ?? [{ capability: 'ingest', concurrency: 2 }],
        roots: [],
      },
      key: createKey(),
      handlers: handlers instanceof Map ? handlers : bindContracts(handlers as JobHandlers),
      log: pino({ level: 'debug' }, { write: (line) => void log.push(JSON.parse(line)) }),
      ...limits,
    },
    closers,
  )
  const stop = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  return { ...agent, log, stop, [Symbol.asyncDispose]: stop }
}

export function createKey(): AgentKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  return { publicKey: publicKey.export({ format: 'jwk' }).x as string, privateKey }
}

/** A kind of work that only tests have. */
export function testKind(
  run: BoundHandler['run'],
  contract: Partial<JobContract> = {},
): [kind: string, handler: BoundHandler] {
  const any = z.unknown()
  const fallback = { ...jobContracts['file.ingest'], input: any, result: any, chunk: any, chunkAnswer: any }
  return ['test.kind', { contract: { ...fallback, ...contract }, run }]
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
