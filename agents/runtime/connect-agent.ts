import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import type { AgentConfig } from '../../config/agent-config.ts'
import type { Closers } from '../../config/run-process.ts'
import type { JobPolicy } from '../policy/judge-job.ts'
import type { AgentKey } from './agent-key.ts'
import { AGENT_VERSION } from './agent-version.ts'
import { CoordinatorHttp } from './coordinator-http.ts'
import { type KnownCoordinator, unknownCoordinator } from './introduce.ts'
import type { HandlerTable } from './job-handler.ts'
import { LeaseLoop } from './lease-loop.ts'
import { Line } from './line/line.ts'
import type { Offer } from './line/messages.ts'
import { ProgressSender } from './progress-sender.ts'
import { runJob } from './run-job.ts'

const STALL_LIMIT_MS = 5 * 60_000

export type ConnectAgentOptions = {
  config: Pick<AgentConfig, 'name' | 'coordinatorUrls' | 'capabilities' | 'roots'> & {
    /** Default: five minutes. */
    stallLimitMs?: number
    /** Default: trusts whoever answers. */
    coordinator?: KnownCoordinator
    /** Default: no. */
    writeBack?: boolean
    /** Default: any size. */
    maxFileBytes?: number
  }
  key: AgentKey
  /** What the first hello says that this machine can do; default: all capabilities of `config`, without models. */
  offer?: Offer
  /** See `bindContracts`. */
  handlers: HandlerTable
  log: Logger
  /** Parts of the cage that this machine cannot do, each with its reason; default: none are missing. */
  cageMissing?: string[]
  /** How long running jobs may go on when the agent stops; default: ten seconds. */
  finishLimitMs?: number
  /** How long an aborted handler may take to end before it is left behind; default: ten seconds. */
  abortGraceMs?: number
}

export type ConnectedAgent = { line: Line; loop: LeaseLoop; http: CoordinatorHttp }

/** Opens the line to the coordinator and starts the loop that runs its jobs. */
export function connectAgent(options: ConnectAgentOptions, closers: Closers): ConnectedAgent {
  const { config, key, handlers, log, finishLimitMs, abortGraceMs } = options
  const { name, capabilities, roots } = config
  const coordinator = config.coordinator ?? unknownCoordinator
  const http = new CoordinatorHttp({ fingerprint: coordinator.fingerprint })
  const line = new Line(
    {
      urls: config.coordinatorUrls,
      key,
      coordinator,
      hello: {
        agentVersion: AGENT_VERSION,
        name,
        roots,
        ...(options.offer ?? { capabilities, models: [] }),
        instance: randomBytes(16).toString('base64url'),
      },
      cageMissing: options.cageMissing ?? [],
      logLevel: log.level,
      stallLimitMs: config.stallLimitMs ?? STALL_LIMIT_MS,
    },
    log,
  )
  const progress = new ProgressSender(line)
  const policy: JobPolicy = {
    capabilities: capabilities.map(({ capability }) => capability),
    writeBack: config.writeBack ?? false,
    maxFileBytes: config.maxFileBytes ?? Number.POSITIVE_INFINITY,
    origins: config.coordinatorUrls.map((url) => new URL(url).origin),
  }
  const run = { line, http, progress, log, policy, abortGraceMs }
  const loop = new LeaseLoop({
    line,
    log,
    offers: capabilities,
    handlers,
    finishLimitMs,
    run: (job) => runJob(run, job),
  })

  line.on('greeted', ({ url, sessionToken, settings }) => {
    http.setSession(url, sessionToken)
    loop.applySettings(settings)
  })
  line.on('work.available', (hint) => loop.hint(hint))
  line.on('agent.drain', ({ drain }) => loop.drain(drain))
  line.on('agent.settings', (settings) => loop.applySettings(settings))

  closers.push(() => http.close())
  line.open()
  closers.push(() => line.close())
  closers.push(() => progress.stop())
  loop.start()
  closers.push(() => loop.stop())
  return { line, loop, http }
}
