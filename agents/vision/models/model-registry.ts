import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { AppError } from '../../../protocol/errors.ts'
import type { ModelKey } from '../../../protocol/models.ts'
import { examineModels, type FolderProblem, type KnownModel } from './examine-models.ts'
import type { KnownFamily } from './judge-model.ts'
import type { ModelManifest } from './model-manifest.ts'
import { VerifiedFiles } from './verified-files.ts'

/** A model that is put into the folder is noticed no later than this. */
const INTERVAL_MS = 30_000

export type RegistryOptions = {
  modelsFolder: string
  builtIn: readonly ModelManifest[]
  families: readonly KnownFamily[]
  log: Logger
  intervalMs?: number
}

/**
 * The models of this machine, and whether they can be run.
 *
 * idle → running: `start()`, which has looked once when it returns; then again every half minute and after
 *   `refresh()`, so that a model is noticed without a restart. Whoever asked is told when something has changed.
 * running → stopped: `stop()`, which also ends the reading of a large file.
 */
export class ModelRegistry {
  readonly #options: RegistryOptions
  readonly #verified: VerifiedFiles
  readonly #stopping = new AbortController()
  readonly #listeners = new Set<() => void>()
  /** What the runtime said of models that look right, by key; it holds until their files change. */
  readonly #refusals = new Map<ModelKey, { stamp: string; reason: string }>()
  #found: { models: KnownModel[]; problems: FolderProblem[] } = { models: [], problems: [] }
  #looking: Promise<void> = Promise.resolve()
  #loop: Promise<void> | undefined

  constructor(options: RegistryOptions) {
    this.#options = options
    this.#verified = new VerifiedFiles(options.modelsFolder)
  }

  /** @throws AppError `file_unreadable` when the models folder cannot be read */
  async start(): Promise<void> {
    await this.refresh()
    this.#loop ??= this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new AppError('unavailable', 'The agent is stopping'))
    await this.#loop
    await this.#looking.catch(() => {})
  }

  /** Sorted by id. */
  get models(): readonly KnownModel[] {
    return this.#found.models
  }

  /** Folders whose manifests cannot be used. */
  get problems(): readonly FolderProblem[] {
    return this.#found.problems
  }

  /**
   * @throws AppError `model_missing` or `model_broken` with what to do, when there is no such model here that can be run
   */
  require(key: ModelKey): KnownModel {
    const model = this.#found.models.find((other) => other.key === key)
    if (model?.state === 'ready') return model
    const isThere = model !== undefined && model.state !== 'missing'
    const reason = model?.reason ?? 'This machine has other models, or other versions of it'
    throw new AppError(
      isThere ? 'model_broken' : 'model_missing',
      `The model ${key} cannot be run here. ${reason}`,
    )
  }

  /** The runtime refuses a model that looked right: it is broken until its files change. */
  refuse(key: ModelKey, reason: string): void {
    const model = this.#found.models.find((other) => other.key === key)
    if (model === undefined) return
    this.#refusals.set(key, { stamp: model.stamp, reason })
    this.#take({ ...this.#found, models: this.#found.models.map((other) => this.#withRefusal(other)) })
  }

  /** @returns how to stop being told */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Looks now; when somebody is looking already, once more after that. */
  refresh(): Promise<void> {
    this.#looking = this.#looking.catch(() => {}).then(() => this.#look())
    return this.#looking
  }

  async #look(): Promise<void> {
    const { modelsFolder, builtIn, families } = this.#options
    const found = await examineModels({
      modelsFolder,
      builtIn,
      families,
      verified: this.#verified,
      signal: this.#stopping.signal,
    })
    this.#take({ ...found, models: found.models.map((model) => this.#withRefusal(model)) })
  }

  #withRefusal(model: KnownModel): KnownModel {
    const refusal = this.#refusals.get(model.key)
    if (refusal === undefined || refusal.stamp !== model.stamp || model.state !== 'ready') return model
    return { ...model, state: 'broken', reason: refusal.reason }
  }

  #take(found: { models: KnownModel[]; problems: FolderProblem[] }): void {
    if (JSON.stringify(found) === JSON.stringify(this.#found)) return
    this.#found = found
    for (const listener of this.#listeners) listener()
  }

  async #run(): Promise<void> {
    const { intervalMs = INTERVAL_MS, log } = this.#options
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await sleep(intervalMs, undefined, { signal }).catch(() => {})
      if (signal.aborted) return
      await this.refresh().catch((error) => {
        if (!signal.aborted) log.warn({ err: error }, 'models could not be looked at; trying again')
      })
    }
  }
}
