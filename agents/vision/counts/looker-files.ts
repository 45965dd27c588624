import { join } from 'node:path'
import type { KnownModel } from '../models/examine-models.ts'
import type { LookerFile } from './measure-counts.ts'

/** The part of a model with which it looks at every picture, where it has one. */
export const mainPart = {
  detect: 'detector',
  segment: 'detector',
  embed: 'image',
  faces: 'detector',
} as const

/** The files with which these models look at every picture; those that are only asked have none. */
export function lookerFiles(models: readonly KnownModel[]): LookerFile[] {
  return models.flatMap(({ key: modelKey, card: { task }, folder, manifest }) => {
    const part = manifest.parts[mainPart[task]]
    if (part === undefined) return []
    return [{ modelKey, task, path: join(folder, part.file), inputPx: part.inputPx ?? null }]
  })
}
