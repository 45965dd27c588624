import sharp from 'sharp'
import type { Picture } from '../picture/picture.ts'
import { shrinkFactor } from './shrink-factor.ts'

/** A preview has at most 2 megapixels; what has more is none, and must not fill the memory. */
const MAX_PIXELS = 16_000_000
const options = { limitInputPixels: MAX_PIXELS }

/**
 * @param bytes of a preview: upright, in any format that previews may have
 * @param wantedPx side of the largest input that it is made for; Infinity: all its pixels
 * @throws when they cannot be decoded: a fact about the picture
 */
export async function decodePreview(bytes: Uint8Array, wantedPx: number): Promise<Picture> {
  let image = sharp(bytes, options)
  if (Number.isFinite(wantedPx)) {
    const { width, height } = await image.metadata()
    const factor = shrinkFactor(width, height, wantedPx)
    // The decoder leaves out what is not needed: less than half of the work.
    if (factor > 1) {
      image = image.resize({
        width: Math.ceil(width / factor),
        height: Math.ceil(height / factor),
        fit: 'fill',
      })
    }
  }
  const { data, info } = await image
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  const { width: widthPx, height: heightPx, channels } = info
  return { widthPx, heightPx, rgb: channels === 3 ? data : spread(data, channels) }
}

/** Grey is three times the same. */
function spread(data: Uint8Array, channels: number): Uint8Array {
  const pixels = data.length / channels
  const rgb = new Uint8Array(pixels * 3)
  for (let at = 0; at < pixels; at += 1) rgb.fill(data[at * channels]!, at * 3, at * 3 + 3)
  return rgb
}
