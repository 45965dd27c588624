import { join } from 'node:path'
import type { ModelCard, ModelKey, ModelState } from '../../../protocol/models.ts'
import { examineFile } from './examine-file.ts'
import { findModelFolders } from './find-model-folders.ts'
import { type FileStanding, judgeModel, type KnownFamily } from './judge-model.ts'
import { listClasses } from './list-classes.ts'
import { modelCard } from './model-card.ts'
import { keyOfDraft, modelKey } from './model-key.ts'
import type { DraftManifest, ModelManifest } from './model-manifest.ts'
import { isMeasured } from './read-manifest.ts'
import type { VerifiedFiles } from './verified-files.ts'

/** A model that this machine knows, whether its files are here or not. */
export type KnownModel = {
  key: ModelKey
  card: ModelCard
  manifest: DraftManifest
  /** Absolute path of the folder in which its files lie or belong. */
  folder: string
  state: ModelState
  /** Why it is not ready and what to do; null when it is. */
  reason: string | null
  /** Changes whenever one of its files does. */
  stamp: string
}

/** A folder that says it is a model, and whose manifest says nothing that can be used. */
export type FolderProblem = { folder: string; reason: string }

export type ModelsOfMachine = { models: KnownModel[]; problems: FolderProblem[] }

export type ExamineOptions = {
  modelsFolder: string
  /** Those that Hearth knows by itself; a manifest in the folder of the same name stands over them. */
  builtIn: readonly ModelManifest[]
  /** Those of this version. */
  families: readonly KnownFamily[]
  verified: VerifiedFiles
  /** Called with the bytes of each chunk that is read through. */
  onBytes?: (bytes: number) => void
  signal?: AbortSignal
}

/**
 * Looks at all models of a machine. Files that have not changed since they were read through are not read again.
 *
 * @throws AppError `file_unreadable` when the folder cannot be read; what is wrong with one model is its state
 */
export async function examineModels(options: ExamineOptions): Promise<ModelsOfMachine> {
  const { modelsFolder, builtIn, verified } = options
  const folders = await findModelFolders(modelsFolder)
  const problems = folders.flatMap(({ name, problem }) =>
    problem === null ? [] : [{ folder: join(modelsFolder, name), reason: problem }],
  )
  const own = folders.flatMap(({ manifest }) => (manifest === null ? [] : [manifest]))
  const isOwn = (id: string) =>
    folders.some(({ name, manifest, problem }) => name === id && (manifest ?? problem))
  const manifests = [...builtIn.filter(({ id }) => !isOwn(id)), ...own].sort((one, other) =>
    one.id < other.id ? -1 : 1,
  )
  const models: KnownModel[] = []
  // One after the other: a disk that reads two files at once is slower.
  for (const manifest of manifests) models.push(await examineModel(manifest, options))
  const ids = new Set(manifests.map(({ id }) => id))
  await verified.forget((name) => !ids.has(name.split('/')[0]!))
  await verified.save()
  return { models, problems }
}

async function examineModel(manifest: DraftManifest, options: ExamineOptions): Promise<KnownModel> {
  const standings = new Map<string, FileStanding>()
  for (const file of manifest.files) standings.set(file.name, await examineFile(manifest.id, file, options))
  const folder = join(options.modelsFolder, manifest.id)
  const key = isMeasured(manifest) ? modelKey(manifest) : keyOfDraft(manifest)
  const { state, reason } = judgeModel(manifest, folder, standings, options.families)
  const classes = state === 'ready' ? await listClasses(manifest, folder) : undefined
  const card = { ...modelCard(manifest, key), ...(classes && { classes }) }
  return { key, card, manifest, folder, state, reason, stamp: stampOf(standings) }
}

function stampOf(standings: ReadonlyMap<string, FileStanding>): string {
  return JSON.stringify(
    [...standings].map(([name, standing]) => [name, standing.there === 'yes' && standing.facts]),
  )
}
