import { parse } from 'yaml'
import { z } from 'zod'
import { AppError } from '../../../protocol/errors.ts'
import { DraftManifest, ModelManifest } from './model-manifest.ts'

/**
 * Reads the manifest of a model that its owner has brought: YAML, or JSON, which is YAML.
 *
 * What the folder says already may be left out: `id` is the folder's name, `name` the id, `files` those that the
 * parts name.
 *
 * @param folderName of the model's own folder
 * @throws AppError `model_broken` that lists what is wrong
 */
export function readManifest(text: string, folderName: string): DraftManifest {
  const given = parseYaml(text, `The manifest of ${folderName}`)
  const manifest = isRecord(given)
    ? {
        id: folderName,
        name: given.id ?? folderName,
        ...given,
        files: given.files ?? filesOfParts(given.parts),
      }
    : given
  const parsed = DraftManifest.safeParse(manifest)
  if (!parsed.success) throw wrong(`The manifest of ${folderName}`, z.prettifyError(parsed.error))
  if (parsed.data.id !== folderName) {
    throw wrong(
      `The manifest of ${folderName}`,
      `it says the id ${parsed.data.id}: name the folder so, or change the id`,
    )
  }
  return parsed.data
}

/** @throws AppError `model_broken` that lists what is wrong with `config/models.yaml` */
export function readManifests(text: string, place: string): ModelManifest[] {
  const parsed = z.strictObject({ models: z.array(ModelManifest) }).safeParse(parseYaml(text, place))
  if (!parsed.success) throw wrong(place, z.prettifyError(parsed.error))
  return parsed.data.models
}

/** All its files have been measured. */
export function isMeasured(manifest: DraftManifest): manifest is ModelManifest {
  return manifest.files.every(({ sha256, sizeBytes }) => sha256 !== undefined && sizeBytes !== undefined)
}

function parseYaml(text: string, place: string): unknown {
  try {
    // Few aliases: aliases of aliases can stand for more than any memory holds.
    return parse(text, { maxAliasCount: 16, prettyErrors: true })
  } catch (error) {
    throw wrong(place, error instanceof Error ? error.message : String(error), error)
  }
}

function filesOfParts(parts: unknown): { name: unknown }[] {
  if (!isRecord(parts)) return []
  const names = Object.values(parts)
    .filter(isRecord)
    .flatMap(({ file, classFile, tokenizerFile }) => [file, classFile, tokenizerFile])
    .filter((name) => name !== undefined)
  return [...new Set(names)].map((name) => ({ name }))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function wrong(place: string, reason: string, cause?: unknown): AppError {
  return new AppError('model_broken', `${place} is wrong: ${reason}`, { cause })
}
