import { mkdir } from 'node:fs/promises'
import type { Logger } from 'pino'
import type { AgentConfig } from '../../config/agent-config.ts'
import type { Capability, OfferedCapability } from '../../protocol/capability.ts'
import { AppError } from '../../protocol/errors.ts'
import type { AgentModel, ProviderReport, VisionReport } from '../../protocol/models.ts'
import type { Cage } from '../cage/cage.ts'
import type { JobHandlers } from '../runtime/job-handler.ts'
import type { InputReading } from '../sources/read-input.ts'
import { lookerFiles } from './counts/looker-files.ts'
import type { SessionCounts } from './counts/session-counts.ts'
import { families } from './families/families.ts'
import { ModelRates } from './handlers/model-rates.ts'
import { PreviewCache } from './handlers/preview-cache.ts'
import { createVisionHandlers } from './handlers/vision-handlers.ts'
import { builtInModels } from './models/built-in-models.ts'
import type { KnownModel } from './models/examine-models.ts'
import { ModelRegistry } from './models/model-registry.ts'
import { capabilitiesOf } from './offered-work.ts'
import { VisionHost } from './session/vision-host.ts'

export type VisionOptions = {
  cage: Cage
  /** Made when it is not there. */
  modelsFolder: string
  config: AgentConfig['vision']
  /** What this machine's configuration offers; default: whatever its models can do. */
  capabilities?: readonly OfferedCapability[]
  log: Logger
  /** Sessions and threads, for measurements; default: what is best on this machine. */
  counts?: SessionCounts
  /** How often the models folder is looked at, and how long its process may be silent; default: half a minute each. */
  folderIntervalMs?: number
  silenceMs?: number
}

/**
 * Everything that a machine with models needs: the registry of what lies here, and the process that runs it.
 *
 * new → started: `start()`, which has looked at the models once; the process starts with the first that can be run
 *   and that what is offered needs.
 * started → stopped: `stop()`. `onChange` is told whenever the models or the providers are others than before.
 */
export class Vision {
  readonly #options: VisionOptions
  readonly #host: VisionHost
  readonly #rates = new ModelRates()
  readonly #listeners: (() => void)[] = []
  #registry: ModelRegistry | undefined
  #providers: ProviderReport[] = []
  #isRunning = false

  constructor(options: VisionOptions) {
    const { cage, modelsFolder, config, log, counts, silenceMs } = options
    this.#options = options
    this.#host = new VisionHost({
      cage,
      modelsFolder,
      config,
      log,
      counts,
      silenceMs,
      onProviders: (providers) => {
        this.#providers = providers
        this.#tell()
      },
      onRefused: (key, reason) => this.#registry?.refuse(key, reason),
    })
  }

  /** @throws AppError `file_unreadable` when the models folder cannot be made or read */
  async start(): Promise<void> {
    const { modelsFolder, log, folderIntervalMs } = this.#options
    await mkdir(modelsFolder, { recursive: true, mode: 0o755 }).catch((cause: Error) => {
      const sentence = `The models folder ${modelsFolder} cannot be made (${cause.message}): name another, or let Hearth’s user write there`
      throw new AppError('file_unreadable', sentence, { cause })
    })
    this.#registry = new ModelRegistry({
      modelsFolder,
      builtIn: await builtInModels(),
      families,
      log,
      intervalMs: folderIntervalMs,
    })
    await this.#registry.start()
    this.#registry.onChange(() => this.#changed())
    this.#changed()
  }

  async stop(): Promise<void> {
    await this.#registry?.stop()
    await this.#host.stop()
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  get models(): readonly KnownModel[] {
    return this.#registry?.models ?? []
  }

  /** The process that runs models. */
  get host(): VisionHost {
    return this.#host
  }

  /** @param reading available once the coordinator's address is known */
  handlers(reading: () => Promise<InputReading>): JobHandlers {
    return createVisionHandlers({
      host: this.#host,
      previews: new PreviewCache(reading),
      rates: this.#rates,
      requireModel: (key) => this.#require(key),
    })
  }

  report(): VisionReport {
    const models = this.models.map(
      ({ card, state, reason }): AgentModel => ({
        ...card,
        state,
        reason,
        running: this.#rates.find(card.key),
      }),
    )
    return { models, providers: this.#providers }
  }

  #require(key: KnownModel['key']): KnownModel {
    if (this.#registry === undefined) throw new Error('The models have not been looked at')
    return this.#registry.require(key)
  }

  #changed(): void {
    const ready = this.models.filter(({ state }) => state === 'ready')
    // Those that this machine's configuration has work for.
    const needed = ready.filter(({ card }) => this.#offers(capabilitiesOf(card)))
    if (needed.length > 0 && !this.#isRunning) {
      this.#isRunning = true
      this.#host.start(lookerFiles(needed.filter(({ card }) => this.#offers([card.task]))))
    }
    this.#host.keepOnly(needed.map(({ key }) => key))
    this.#tell()
  }

  #offers(wanted: readonly Capability[]): boolean {
    const { capabilities } = this.#options
    return capabilities?.some(({ capability }) => wanted.includes(capability)) ?? true
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
