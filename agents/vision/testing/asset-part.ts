import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { assetsFolder } from '../../vault/testing/test-assets.ts'
import type { LoadedTextPart } from '../families/family.ts'
import type { ModelPart } from '../models/model-manifest.ts'
import { openOnnx } from './open-onnx.ts'

/**
 * A file of the models among the test media, opened as a part of a model.
 *
 * @param path in the folder of models: `face/yunet_n_640.onnx`
 */
export async function assetPart(
  family: string,
  path: string,
  part: Partial<ModelPart> = {},
): Promise<LoadedTextPart> {
  const session = await openOnnx(join(assetsFolder, 'models', path))
  return {
    part: { family, file: path.slice(path.lastIndexOf('/') + 1), ...part },
    session,
    readFile: async () => null,
  }
}

/** Lines of a text file among the models. */
export function assetLines(path: string): string[] {
  return readFileSync(join(assetsFolder, 'models', path), 'utf8')
    .split('\n')
    .filter(Boolean)
}
