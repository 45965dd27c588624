import type { Logger } from 'pino'
import type { AgentConfig } from '../../config/agent-config.ts'
import type { Closers } from '../../config/run-process.ts'
import { loadAgentKey } from './agent-key.ts'
import { connectAgent } from './connect-agent.ts'
import { CoordinatorHttp } from './coordinator-http.ts'
import { sendBytes } from './send-bytes.ts'
import { startVault } from './start-vault.ts'

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
  const socket = connectAgent({ config, key, http, handlers, log }, closers)
  if (needsVault) {
    socket.on('bytes.send', (message) => void sendBytes({ http, log, roots: config.roots }, message))
  }
}
