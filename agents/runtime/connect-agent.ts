import type { Logger } from 'pino'
import type { AgentConfig } from '../../config/agent-config.ts'
import type { Closers } from '../../config/run-process.ts'
import { PROTOCOL_VERSION } from '../../protocol/agents.ts'
import { LeaseLostError } from '../../protocol/errors.ts'
import type { AgentKey } from './agent-key.ts'
import type { CoordinatorHttp } from './coordinator-http.ts'
import { CoordinatorSocket } from './coordinator-socket.ts'
import { Heartbeat } from './heartbeat.ts'
import { readHostFacts } from './host-facts.ts'
import type { JobHandlers } from './job-handler.ts'
import { LeaseLoop } from './lease-loop.ts'
import { runJob } from './run-job.ts'

const AGENT_VERSION = '0.1.0'
const FIRST_HEARTBEAT_MS = 5_000

export type ConnectAgentOptions = {
  config: Pick<AgentConfig, 'name' | 'coordinatorUrl' | 'capabilities' | 'roots'>
  key: AgentKey
  http: CoordinatorHttp
  handlers: JobHandlers
  log: Logger
  /** How long running jobs may go on when the agent stops. */
  finishLimitMs?: number
}

/** Opens the line to the coordinator and starts the loops that live on it. */
export function connectAgent(options: ConnectAgentOptions, closers: Closers): CoordinatorSocket {
  const { config, key, http, handlers, log, finishLimitMs } = options
  let heartbeatMs = FIRST_HEARTBEAT_MS
  const socket = new CoordinatorSocket({
    url: config.coordinatorUrl,
    log,
    hello: (nonce) => ({
      protocolVersion: PROTOCOL_VERSION,
      agentVersion: AGENT_VERSION,
      name: config.name,
      publicKey: key.publicKey,
      signature: key.sign(nonce),
      facts: readHostFacts(),
      capabilities: config.capabilities,
      roots: config.roots,
      models: [],
      held: loop.heldRefs(),
    }),
    onGreeted: (answer) => {
      http.setSessionToken(answer.sessionToken)
      heartbeatMs = answer.heartbeatMs
      for (const jobId of answer.gone) loop.revoke([jobId], new LeaseLostError(jobId))
      loop.ask()
    },
  })
  const loop = new LeaseLoop({
    socket,
    log,
    offers: config.capabilities,
    finishLimitMs,
    run: (job, nextSlots, onAsk) => runJob({ socket, http, handlers, log }, job, nextSlots, onAsk),
  })
  const heartbeat = new Heartbeat({ socket, log, held: loop.held, intervalMs: () => heartbeatMs })

  socket.on('work.available', () => loop.ask())
  socket.on('agent.drain', ({ drain }) => void loop.drain(drain))
  socket.on('lease.revoked', ({ jobIds }) => {
    for (const jobId of jobIds) loop.revoke([jobId], new LeaseLostError(jobId))
  })

  socket.open()
  closers.push(() => socket.close())
  heartbeat.start()
  closers.push(() => heartbeat.stop())
  loop.start()
  closers.push(() => loop.stop())
  return socket
}
