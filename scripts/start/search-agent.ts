import { hostname } from 'node:os'
import { resolve } from 'node:path'
import type { AgentConfig } from '../../config/agent-config.ts'
import type { CoordinatorConfig } from '../../config/coordinator-config.ts'
import type { CoordinatorInfo } from '../../coordinator/coordinator.ts'
import { dataFolder } from '../../coordinator/db/backup/data-folder.ts'
import { type LocalAgent, localAgent, localAgentConfig } from './local-agent.ts'
import { SupervisedProcess } from './supervised-process.ts'

/** One that ends again and again must not fill the log, and a folder that is not mounted yet is found without a restart. */
const LONGEST_PAUSE_MS = 5 * 60_000
const MAX_MACHINE_NAME = 40

/** Searches are answered one after the other by a processor; two, so that the next is there when one ends. */
const capabilities: AgentConfig['capabilities'] = [{ capability: 'query', concurrency: 2 }]

export type SearchAgentOptions = {
  config: Pick<CoordinatorConfig, 'dataFolder' | 'port' | 'logLevel'>
  modelsFolder: string
  onLine: (name: string, line: string) => void
}

/**
 * The agent beside a coordinator that answers searches by words, and does nothing else: they work while every worker
 * sleeps, and models run where all models do, in a cage. Not on a GPU: words are few.
 *
 * new → running: `start()`, once the coordinator is ready. It may take its time, and when it cannot start the coordinator
 *   goes on without it.
 * running → running: `certificateChanged()`. running → stopped: `stop()`.
 */
export class SearchAgent {
  readonly local: LocalAgent
  readonly #process: SupervisedProcess
  #coordinator: CoordinatorInfo | undefined

  constructor({ config, modelsFolder, onLine }: SearchAgentOptions) {
    this.local = searchAgentOf(config)
    this.#process = new SupervisedProcess({
      name: this.local.name,
      script: 'agents/main.ts',
      codeCache: dataFolder.codeCache(config.dataFolder),
      longestPauseMs: LONGEST_PAUSE_MS,
      config: () => ({
        ...localAgentConfig(this.local, this.#coordinator!),
        capabilities,
        vision: { modelsFolder: resolve(modelsFolder), providers: ['cpu'] },
        logLevel: config.logLevel,
      }),
      onLine,
    })
  }

  start(coordinator: CoordinatorInfo): void {
    this.#coordinator = coordinator
    this.#process.keepTrying()
  }

  /** It knows the coordinator by its certificate. */
  certificateChanged(fingerprint: string): void {
    if (this.#coordinator === undefined) return
    this.#coordinator = { ...this.#coordinator, fingerprint }
    this.#process.restart()
  }

  async stop(): Promise<void> {
    await this.#process.stop()
  }
}

/** Coordinators may share a data folder: each machine and port has a key of its own, the same at each start. */
function searchAgentOf({
  dataFolder: data,
  port,
}: Pick<CoordinatorConfig, 'dataFolder' | 'port'>): LocalAgent {
  const machine = hostname()
  const name = `searches on ${machine.slice(0, MAX_MACHINE_NAME)}:${port}`
  return localAgent(data, name, `searches-${machine}-${port}`)
}
