import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { MANIFEST_NAMES } from './find-model-folders.ts'
import type { DraftManifest } from './model-manifest.ts'
import { replaceFile } from './replace-file.ts'

/**
 * Writes a manifest into its model's folder, in place of the one that is there.
 *
 * @returns the path of the file
 */
export async function keepManifest(modelsFolder: string, manifest: DraftManifest): Promise<string> {
  const folder = join(modelsFolder, manifest.id)
  const [name, ...others] = MANIFEST_NAMES
  const path = join(folder, name)
  await replaceFile(path, stringify(manifest, { lineWidth: 110 }))
  // The first of the names counts; one under another name would seem to.
  for (const other of others) await rm(join(folder, other), { force: true })
  return path
}
