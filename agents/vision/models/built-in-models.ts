import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ModelManifest } from './model-manifest.ts'
import { readManifests } from './read-manifest.ts'

const PATH = join(import.meta.dirname, '..', '..', '..', 'config', 'models.yaml')

/** Models that Hearth knows by itself and gets by `hearth models pull`: `config/models.yaml`. */
export async function builtInModels(path = PATH): Promise<ModelManifest[]> {
  return readManifests(await readFile(path, 'utf8'), 'config/models.yaml')
}
