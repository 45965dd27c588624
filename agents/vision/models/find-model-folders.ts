import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../protocol/errors.ts'
import { type DraftManifest, ModelId } from './model-manifest.ts'
import { readManifest } from './read-manifest.ts'

/** Names of the manifest in a model's folder, the first that is there. */
export const MANIFEST_NAMES = ['model.yaml', 'model.yml', 'model.json'] as const
const MAX_MANIFEST_BYTES = 1024 * 1024
/** More folders than anybody has models. */
const MAX_FOLDERS = 1_000

/** A folder in the models folder; `manifest` is null where it has none of its own. */
export type ModelFolder =
  | { name: string; manifest: DraftManifest | null; problem: null }
  | { name: string; manifest: null; problem: string }

/**
 * What lies in the models folder: a folder a model, named by its id, with a manifest unless Hearth knows the model.
 *
 * @returns nothing when there is no such folder
 */
export async function findModelFolders(modelsFolder: string): Promise<ModelFolder[]> {
  const entries = await readdir(modelsFolder, { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw new AppError('file_unreadable', `The models folder cannot be read: ${error.message}`, {
        cause: error,
      })
    },
  )
  // Links are left out: a model's folder is a folder.
  const names = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
  return Promise.all(
    names
      .sort()
      .slice(0, MAX_FOLDERS)
      .map((name) => readFolder(modelsFolder, name)),
  )
}

async function readFolder(modelsFolder: string, name: string): Promise<ModelFolder> {
  try {
    const text = await readManifestText(join(modelsFolder, name))
    if (text === null) return { name, manifest: null, problem: null }
    if (!ModelId.safeParse(name).success) {
      throw new AppError('model_broken', `The folder ${name} must have a short name in small letters`)
    }
    return { name, manifest: readManifest(text, name), problem: null }
  } catch (error) {
    return { name, manifest: null, problem: error instanceof Error ? error.message : String(error) }
  }
}

/** Null when there is none. */
async function readManifestText(folder: string): Promise<string | null> {
  for (const name of MANIFEST_NAMES) {
    try {
      const file = await open(join(folder, name), 'r')
      try {
        const { size } = await file.stat()
        if (size > MAX_MANIFEST_BYTES)
          throw new AppError('model_broken', `${name} is larger than any manifest`)
        return await file.readFile('utf8')
      } finally {
        await file.close()
      }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    }
  }
  return null
}
