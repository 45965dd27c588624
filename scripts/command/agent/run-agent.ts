import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { readPairing } from '../../../agents/pairing/pairing-file.ts'
import { startAgent } from '../../../agents/runtime/agent.ts'
import { AgentConfig } from '../../../config/agent-config.ts'
import { environment } from '../../../config/environment.ts'
import { parseConfig } from '../../../config/load-config.ts'
import { createProcessLog } from '../../../config/process-log.ts'
import { runProcess } from '../../../config/run-process.ts'
import type { ConsoleScreen } from '../../start/console-screen.ts'
import { modelsFolderOfAgent } from '../models/models-folder.ts'
import { joinAgent } from './let-in.ts'
import { readAgentFile } from './offer-folders.ts'

/** `hearth agent run`: the agent itself, in this process, until it is told to stop. */
export async function runAgent(
  { state, config: path }: { state: string; config?: string | undefined },
  screen: ConsoleScreen,
): Promise<void> {
  const file = readAgentFile(state, path === undefined ? undefined : resolve(path))
  const stateFolder = typeof file.stateFolder === 'string' ? file.stateFolder : state
  const name = typeof file.name === 'string' ? file.name : (hostname().split('.')[0] ?? 'agent').slice(0, 64)
  const pairing = readPairing(stateFolder) ?? (await joinAgent({ state: stateFolder, name }, screen))
  const { house, fingerprint } = pairing
  const whole = {
    name: pairing.name,
    coordinatorUrls: pairing.urls,
    coordinator: { house, fingerprint },
    ...file,
    vision: withModelsFolder(file.vision, modelsFolderOfAgent(state, file)),
    stateFolder,
  }
  const config = parseConfig(AgentConfig, JSON.stringify(whole), path ?? stateFolder)
  const log = createProcessLog(`agent ${config.name}`, config.logLevel)
  await runProcess(log, (closers) => startAgent(config, log, closers, environment.path()))
}

/** What is no object is left for the schema to complain about. */
function withModelsFolder(vision: unknown, modelsFolder: string): unknown {
  return typeof (vision ?? {}) === 'object' ? { ...(vision as object), modelsFolder } : vision
}
