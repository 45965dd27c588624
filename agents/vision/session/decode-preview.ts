import sharp, { type Sharp } from 'sharp'
import { type Pixels, type Size, UnreadablePictureError } from '../picture/picture.ts'
import type { Kernel } from '../picture/resize-pixels.ts'
import { messageOf } from './message-of.ts'
import { mayShrinkOnLoad } from './shrink-on-load.ts'

/** A preview has at most 2 megapixels; what has more is none, and must not fill the memory. */
const MAX_PIXELS = 16_000_000

/** What is made of a preview: its own size, and how its pixels become those of another. */
export type Stretch = { from: Size; to: Size; kernel: Kernel }

/**
 * @param bytes of a preview: upright, in any format that previews may have
 * @returns its size, without its pixels having been decoded
 * @throws UnreadablePictureError
 */
export async function readPreviewSize(bytes: Uint8Array): Promise<Size> {
  const { width, height } = await readable(() => open(bytes).metadata())
  return { widthPx: width, heightPx: height }
}

/**
 * @param stretch to be done on the way: pixels that nobody needs are not decoded; default: all pixels
 * @throws UnreadablePictureError
 */
export async function decodePreview(bytes: Uint8Array, stretch?: Stretch): Promise<Pixels> {
  const image = stretch ? stretched(open(bytes), stretch) : open(bytes)
  const { data, info } = await readable(() =>
    image
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true }),
  )
  const { width: widthPx, height: heightPx, channels } = info
  return { widthPx, heightPx, rgb: channels === 3 ? data : spread(data, channels) }
}

function open(bytes: Uint8Array): Sharp {
  return sharp(bytes, { limitInputPixels: MAX_PIXELS })
}

function stretched(image: Sharp, { from, to, kernel }: Stretch): Sharp {
  const ratio = Math.min(from.widthPx / to.widthPx, from.heightPx / to.heightPx)
  const fastShrinkOnLoad = mayShrinkOnLoad(ratio)
  return image.resize({ width: to.widthPx, height: to.heightPx, fit: 'fill', kernel, fastShrinkOnLoad })
}

async function readable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    throw new UnreadablePictureError(`The preview cannot be decoded: ${messageOf(error)}`, { cause: error })
  }
}

/** Grey is three times the same. */
function spread(data: Uint8Array, channels: number): Uint8Array {
  const pixels = data.length / channels
  const rgb = new Uint8Array(pixels * 3)
  for (let at = 0; at < pixels; at += 1) rgb.fill(data[at * channels]!, at * 3, at * 3 + 3)
  return rgb
}
