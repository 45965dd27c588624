import { getPriority, setPriority } from 'node:os'
import type { Logger } from 'pino'
import type { AgentConfig } from '../../config/agent-config.ts'
import type { Closers } from '../../config/run-process.ts'
import { Cage } from '../cage/cage.ts'
import { niceOf } from '../power/nice-of.ts'
import { startPower } from '../power/start-power.ts'
import { startSources } from '../sources/start-sources.ts'
import { OriginalsServer } from '../vault/bytes/originals-server.ts'
import { loadAgentKey } from './agent-key.ts'
import { connectAgent } from './connect-agent.ts'
import { bindContracts } from './job-handler.ts'
import { sendBytes } from './send-bytes.ts'
import { type StartedVault, startVault } from './start-vault.ts'
import { needsVision, startVision } from './start-vision.ts'

const noVault: StartedVault = {
  handlers: {},
  cage: Cage.none('nothing is read here'),
  disabled: null,
}

/** What the supervisor learns when the agent is ready. */
export type AgentInfo = {
  /** What this machine offers in its configuration and cannot do, with the reason and what would help. */
  disabled: string | null
}

/**
 * Puts an agent together: its handlers, its line to the coordinator, its loop.
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
  // First: what is started later goes behind other programs, too.
  const nice = niceOf(config.power)
  if (nice > getPriority()) setPriority(nice)
  const needsVault = config.capabilities.some((offer) => ['scan', 'ingest'].includes(offer.capability))
  const vault = needsVault ? await startVault(config, log, closers, searchPath) : noVault
  const vision = needsVision(config)
    ? await startVision(config, log, closers, needsVault ? vault.cage : undefined)
    : undefined
  const handlers = bindContracts({ ...vault.handlers, ...vision?.handlers })
  // A capability without a handler is not offered: its jobs wait for a machine that has one.
  const runnable = new Set([...handlers.values()].map(({ contract }) => contract.capability))
  const capabilities = config.capabilities.filter(({ capability }) => runnable.has(capability))
  const cageMissing = needsVault ? vault.cage.missing.map(({ part, reason }) => `${part}: ${reason}`) : []
  const offer = vision?.offerOf(capabilities)
  const agent = connectAgent(
    { config: { ...config, capabilities }, offer, key, handlers, log, cageMissing },
    closers,
  )
  startPower(agent, { power: config.power, log, searchPath }, closers)
  const { line, http } = agent
  const reading = await startSources({ config, line, http, log }, closers)
  vision?.connect({ line, reading, capabilities, said: offer })
  if (needsVault) {
    const originals = new OriginalsServer({ roots: config.roots, cage: vault.cage })
    closers.push(() => originals.stop())
    line.on('bytes.send', (message) => void sendBytes({ http, log, originals }, message))
  }
  return { disabled: vault.disabled }
}
