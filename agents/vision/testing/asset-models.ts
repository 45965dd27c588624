import { copyFile, mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { keepManifest } from '../models/keep-manifest.ts'
import type { ModelManifest } from '../models/model-manifest.ts'
import { type AssetModelId, assetManifest, assetModelPaths } from './asset-manifests.ts'
import { TestModels } from './test-models.ts'

export type WantedAssetModel = AssetModelId | { of: AssetModelId; change: Partial<ModelManifest> }

/**
 * Models with real weights, as a person would have put them into the models folder.
 *
 * `assetsMissing` of `agents/vault/testing/test-assets.ts` says why a test of them must be skipped.
 *
 * @param ids which; a manifest instead of an id has other thresholds or another task, and the files of its `of`
 */
export async function assetModels(...ids: WantedAssetModel[]): Promise<TestModels> {
  return TestModels.make((folder) => writeAssetModels(folder, ids))
}

/** Puts them into a models folder. */
export async function writeAssetModels(
  folder: string,
  ids: readonly WantedAssetModel[],
): Promise<ModelManifest[]> {
  return Promise.all(
    ids.map(async (id) => {
      const { of, change } = typeof id === 'string' ? { of: id, change: {} } : id
      const manifest = { ...assetManifest(of), ...change }
      await mkdir(join(folder, manifest.id))
      for (const path of assetModelPaths(of)) await copyFile(path, join(folder, manifest.id, basename(path)))
      await keepManifest(folder, manifest)
      return manifest
    }),
  )
}
