import { AppError } from '../../../protocol/errors.ts'
import { readThrough } from './examine-file.ts'
import { keepManifest } from './keep-manifest.ts'
import { locateFile } from './locate-file.ts'
import { type DraftManifest, FileName, type ModelFile, ModelManifest } from './model-manifest.ts'

/**
 * Takes the files of a model as they lie in its folder for the right ones: writes a manifest that says their sizes and
 * SHA-256. Files in which an ONNX file keeps data outside of itself come along when they lie beside it.
 *
 * @throws AppError `model_missing` or `model_broken` when a file is not there or cannot be a model's
 */
export async function acceptModel(
  modelsFolder: string,
  draft: DraftManifest,
  options: { onBytes?: (bytes: number) => void; signal?: AbortSignal } = {},
): Promise<ModelManifest> {
  const files: ModelFile[] = []
  const waiting = [...draft.files]
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
    const { path, facts, problem } = await locateFile(modelsFolder, draft.id, file.name)
    if (problem !== null) throw new AppError('model_broken', `${draft.id} cannot be taken: ${problem}`)
    if (facts === null) {
      throw new AppError('model_missing', `${draft.id} cannot be taken: put ${file.name} at ${path} first`)
    }
    const finding = await readThrough(path, facts, options)
    if (finding.problem !== null) {
      throw new AppError('model_broken', `${path} is no whole ONNX file: it ${finding.problem}`)
    }
    // The address of a file that was replaced gives another one.
    const isSame = file.sha256 === undefined || file.sha256 === finding.sha256
    files.push({
      name: file.name,
      sha256: finding.sha256,
      sizeBytes: facts.sizeBytes,
      url: isSame ? (file.url ?? null) : null,
    })
    const known = new Set([...files, ...waiting].map(({ name }) => name))
    for (const name of finding.externalFiles.filter((name) => !known.has(name))) {
      if (!FileName.safeParse(name).success) {
        throw new AppError(
          'model_broken',
          `${path} keeps data in ${JSON.stringify(name)}, outside of its folder`,
        )
      }
      waiting.push({ name, url: null })
    }
  }
  const parsed = ModelManifest.safeParse({ ...draft, files })
  if (!parsed.success)
    throw new AppError('model_broken', `${draft.id} cannot be taken: ${parsed.error.message}`)
  await keepManifest(modelsFolder, parsed.data)
  return parsed.data
}
