import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { MANIFEST_NAMES } from './find-model-folders.ts'
import type { DraftManifest } from './model-manifest.ts'

/**
 * Writes a manifest into its model's folder, in place of the one that is there.
 *
 * @returns the path of the file
 */
export async function keepManifest(modelsFolder: string, manifest: DraftManifest): Promise<string> {
  const folder = join(modelsFolder, manifest.id)
  const [name, ...others] = MANIFEST_NAMES
  const path = join(folder, name)
  const draft = `${path}.draft`
  await mkdir(folder, { recursive: true })
  const file = await open(draft, 'w')
  try {
    await file.writeFile(stringify(manifest, { lineWidth: 110 }))
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
  // The first of the names counts; one under another name would seem to.
  for (const other of others) await rm(join(folder, other), { force: true })
  return path
}
