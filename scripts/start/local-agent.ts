import { join } from 'node:path'
import { loadAgentKey } from '../../agents/runtime/agent-key.ts'
import type { AgentConfig } from '../../config/agent-config.ts'
import type { CoordinatorConfig } from '../../config/coordinator-config.ts'
import type { CoordinatorInfo } from '../../coordinator/coordinator.ts'

/**
 * An agent that is started beside its coordinator. Whoever starts both makes its key and tells the coordinator the public
 * half, so that nobody has to let it in.
 */
export type LocalAgent = { name: string; stateFolder: string }

/** @param folder name of its folder in the data folder, where its key lies */
export function localAgent(dataFolder: string, name: string, folder = name): LocalAgent {
  return { name, stateFolder: join(dataFolder, 'agents', folder) }
}

/** What the coordinator must know of it. Makes its key at the first start. */
export function enrolmentOf({ name, stateFolder }: LocalAgent): CoordinatorConfig['enrolledAgents'][number] {
  return { name, publicKey: loadAgentKey(stateFolder).publicKey }
}

/** What it must know of its coordinator, and of itself. */
export function localAgentConfig(
  { name, stateFolder }: LocalAgent,
  { url, house, fingerprint }: Pick<CoordinatorInfo, 'url' | 'house' | 'fingerprint'>,
): Pick<AgentConfig, 'name' | 'stateFolder' | 'coordinatorUrls' | 'coordinator'> {
  return { name, stateFolder, coordinatorUrls: [url], coordinator: { house, fingerprint } }
}
