import { hashFile } from './hash-file.ts'
import type { FileStanding } from './judge-model.ts'
import { type FileFacts, locateFile } from './locate-file.ts'
import type { DraftManifest } from './model-manifest.ts'
import { readOnnxFile } from './read-onnx-file.ts'
import type { FileFinding, VerifiedFiles } from './verified-files.ts'

type Options = {
  modelsFolder: string
  verified: VerifiedFiles
  onBytes?: (bytes: number) => void
  signal?: AbortSignal
}

/** Looks at one file of a model; it is read through only where its size is right and it has changed since. */
export async function examineFile(
  id: string,
  file: DraftManifest['files'][number],
  options: Options,
): Promise<FileStanding> {
  const { path, facts, problem } = await locateFile(options.modelsFolder, id, file.name)
  if (problem !== null) return { there: 'refused', problem }
  if (facts === null) return { there: 'no' }
  if (file.sha256 === undefined || facts.sizeBytes !== file.sizeBytes)
    return { there: 'yes', facts, finding: null }

  const name = `${id}/${file.name}`
  const known = await options.verified.find(name, facts)
  if (known) return { there: 'yes', facts, finding: known }
  try {
    const finding = await readThrough(path, facts, options)
    await options.verified.remember(name, finding)
    return { there: 'yes', facts, finding }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error) || options.signal?.aborted) throw error
    return { there: 'refused', problem: `${file.name} cannot be read (${error.message})` }
  }
}

/** @throws the system's error when the file cannot be read */
export async function readThrough(
  path: string,
  facts: FileFacts,
  { onBytes, signal }: Pick<Options, 'onBytes' | 'signal'>,
): Promise<FileFinding> {
  const sha256 = await hashFile(path, { onBytes, signal })
  const onnx = path.endsWith('.onnx') ? await readOnnxFile(path) : null
  return {
    ...facts,
    sha256,
    problem: onnx?.problem ?? null,
    externalFiles: onnx?.facts?.externalFiles ?? [],
  }
}
