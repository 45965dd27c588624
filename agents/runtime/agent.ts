import type { Logger } from 'pino'
import type { AgentConfig } from '../../config/agent-config.ts'
import type { Closers } from '../../config/run-process.ts'
import type { Capability } from '../../protocol/capability.ts'
import { type JobKind, jobContracts } from '../../protocol/jobs.ts'
import { loadAgentKey } from './agent-key.ts'
import { connectAgent } from './connect-agent.ts'
import { CoordinatorHttp } from './coordinator-http.ts'
import type { JobHandlers } from './job-handler.ts'
import { sendBytes } from './send-bytes.ts'
import { type StartedVault, startVault } from './start-vault.ts'

const noVault: StartedVault = { handlers: {}, disabled: null }

/** What the supervisor learns when the agent is ready. */
export type AgentInfo = {
  /** What this machine offers in its configuration and cannot do, with the reason and what would help. */
  disabled: string | null
}

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
): Promise<AgentInfo> {
  const key = loadAgentKey(config.stateFolder)
  const http = new CoordinatorHttp(config.coordinatorUrl)
  closers.push(() => http.close())

  const needsVault = config.capabilities.some((offer) => ['scan', 'ingest'].includes(offer.capability))
  const vault = needsVault ? await startVault(config, log, closers, searchPath) : noVault
  const { handlers, disabled } = vault
  const capabilities = config.capabilities.filter(({ capability }) => canRun(handlers, capability))
  const socket = connectAgent({ config: { ...config, capabilities }, key, http, handlers, log }, closers)
  if (needsVault) {
    socket.on('bytes.send', (message) => void sendBytes({ http, log, roots: config.roots }, message))
  }
  return { disabled }
}

/** A capability without a handler is not offered: its jobs wait for a machine that has one. */
function canRun(handlers: JobHandlers, capability: Capability): boolean {
  return Object.keys(handlers).some((kind) => jobContracts[kind as JobKind].capability === capability)
}
