import type { Logger } from 'pino'
import type { AgentConfig } from '../../config/agent-config.ts'
import type { Closers } from '../../config/run-process.ts'
import { PROTOCOL_VERSION } from '../../protocol/agents.ts'
import { LeaseLostError } from '../../protocol/errors.ts'
import { loadAgentKey } from './agent-key.ts'
import { CoordinatorHttp } from './coordinator-http.ts'
import { CoordinatorSocket } from './coordinator-socket.ts'
import { Heartbeat } from './heartbeat.ts'
import { readHostFacts } from './host-facts.ts'
import { LeaseLoop } from './lease-loop.ts'
import { runJob } from './run-job.ts'
import { sendBytes } from './send-bytes.ts'
import { startVault } from './start-vault.ts'

const AGENT_VERSION = '0.1.0'
const FIRST_HEARTBEAT_MS = 5_000

/**
 * Puts an agent together: its handlers, its line to the coordinator, its loops.
 *
 * @param searchPath where to look for programs, as in `PATH`
 */
export async function startAgent(
  config: AgentConfig,
  log: Logger,
  closers: Closers,
  searchPath: string,
): Promise<void> {
  const key = loadAgentKey(config.stateFolder)
  const http = new CoordinatorHttp(config.coordinatorUrl)
  closers.push(() => http.close())

  const needsVault = config.capabilities.some((offer) => ['scan', 'ingest'].includes(offer.capability))
  const handlers = needsVault ? await startVault(config, log, closers, searchPath) : {}

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
    run: (job, nextSlots, onAsk) => runJob({ socket, http, handlers, log }, job, nextSlots, onAsk),
  })
  const heartbeat = new Heartbeat({ socket, log, held: loop.held, intervalMs: () => heartbeatMs })

  socket.on('work.available', () => loop.ask())
  socket.on('agent.drain', ({ drain }) => void loop.drain(drain))
  socket.on('lease.revoked', ({ jobIds }) => {
    for (const jobId of jobIds) loop.revoke([jobId], new LeaseLostError(jobId))
  })
  if (needsVault) {
    socket.on('bytes.send', (message) => void sendBytes({ http, log, roots: config.roots }, message))
  }

  socket.open()
  closers.push(() => socket.close())
  heartbeat.start()
  closers.push(() => heartbeat.stop())
  loop.start()
  closers.push(() => loop.stop())
}
