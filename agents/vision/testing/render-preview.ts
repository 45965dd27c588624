import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { renderPicture } from '../../vault/reader/render-picture.ts'
import { assetsFolder } from '../../vault/testing/test-assets.ts'

/** The preview of a photo of the test media, as `file.ingest` makes it, and the size of the photo. */
export async function renderPreview(
  path: string,
): Promise<{ bytes: Uint8Array; widthPx: number; heightPx: number }> {
  const photo = await readFile(join(assetsFolder, 'photos', path))
  const { picture } = await renderPicture(photo, { orientation: null, waitForTurn: async () => {} })
  const preview = picture?.derived.find(({ kind }) => kind === 'preview')
  if (!picture || !preview) throw new Error(`${path} has no preview`)
  return { bytes: preview.bytes, widthPx: picture.widthPx, heightPx: picture.heightPx }
}
