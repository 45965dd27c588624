import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import type { KnownModel } from '../models/examine-models.ts'
import { findModelFolders } from '../models/find-model-folders.ts'
import type { KnownFamily } from '../models/judge-model.ts'
import type { DraftManifest, ModelManifest } from '../models/model-manifest.ts'
import { ModelRegistry } from '../models/model-registry.ts'
import { partRole } from '../models/part-role.ts'

type Options = {
  builtIn?: ModelManifest[]
  /** Default: whatever the manifests claim. */
  families?: readonly KnownFamily[]
  intervalMs?: number
}

/** A models folder of a test's own and a registry over it, both gone at the end: `await using`. */
export class TestModels {
  readonly folder: string
  readonly registry: ModelRegistry

  private constructor(folder: string, registry: ModelRegistry) {
    this.folder = folder
    this.registry = registry
  }

  /** @param fill puts models into the folder, before the registry looks */
  static async make(fill: (folder: string) => Promise<unknown>, options: Options = {}): Promise<TestModels> {
    const folder = await mkdtemp(join(tmpdir(), 'hearth-models-'))
    await fill(folder)
    return TestModels.over(folder, options)
  }

  /** Another registry over a folder that is there; who made it takes it away. */
  static async over(folder: string, options: Options = {}): Promise<TestModels> {
    const { builtIn = [] } = options
    const own = await findModelFolders(folder)
    const manifests = own.flatMap(({ manifest }) => (manifest === null ? [] : [manifest]))
    const families = options.families ?? claimedFamilies([...builtIn, ...manifests])
    const registry = new ModelRegistry({
      modelsFolder: folder,
      builtIn,
      families,
      intervalMs: options.intervalMs,
      log: pino({ level: 'silent' }),
    })
    await registry.start()
    return new TestModels(folder, registry)
  }

  /** A model that is ready. @throws Error with the reason when it is not */
  ready(id: string): KnownModel {
    const model = this.registry.models.find((other) => other.card.id === id)
    if (model?.state === 'ready') return model
    throw new Error(`${id} is ${model?.state ?? 'not there'}: ${model?.reason}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.registry.stop()
    await rm(this.folder, { recursive: true, force: true })
  }
}

function claimedFamilies(manifests: readonly DraftManifest[]): KnownFamily[] {
  return manifests.flatMap(({ task, parts }) =>
    Object.entries(parts).flatMap(([part, { family }]) => {
      const role = partRole(task, part)
      return role === undefined ? [] : [{ name: family, role }]
    }),
  )
}
