import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { renderPicture } from '../../vault/reader/render-picture.ts'
import { assetsFolder } from '../../vault/testing/test-assets.ts'

/** What workers get to see of a photo, and the size of the photo. */
export type RenderedPreview = {
  bytes: Uint8Array
  grid: { bytes: Uint8Array; widthPx: number; heightPx: number }
  widthPx: number
  heightPx: number
}

/** The preview of a photo of the test media, and its picture for the gallery, as `file.ingest` makes them. */
export async function renderPreview(path: string): Promise<RenderedPreview> {
  return await renderPhoto(await readFile(join(assetsFolder, 'photos', path)), path)
}

/** The same of any photo. */
export async function renderPhoto(photo: Buffer, path: string): Promise<RenderedPreview> {
  const { picture } = await renderPicture(photo, { orientation: null, waitForTurn: async () => {} })
  const preview = picture?.derived.find(({ kind }) => kind === 'preview')
  const grid = picture?.derived.find(({ kind }) => kind === 'grid')
  if (!picture || !preview || !grid) throw new Error(`${path} has no preview`)
  return { bytes: preview.bytes, grid, widthPx: picture.widthPx, heightPx: picture.heightPx }
}
