import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { decodeBmp, findBmpHeader } from '../../vault/reader/decode-bmp.ts'
import type { Picture } from '../picture/picture.ts'
import { pictureOf } from '../picture/picture-of.ts'

/** A sample picture as a model sees it, full size. */
export async function readPicture(path: string): Promise<Picture> {
  if (path.endsWith('.bmp')) {
    const bytes = await readFile(path)
    const { pixels } = decodeBmp(bytes, findBmpHeader(bytes)!)
    return pictureOf({ widthPx: pixels.widthPx, heightPx: pixels.heightPx, rgb: pixels.data })
  }
  const { data, info } = await sharp(path)
    .rotate()
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return pictureOf({ widthPx: info.width, heightPx: info.height, rgb: data })
}
