import sharp, { type Sharp } from 'sharp'
import { type Pixels, type Size, UnreadablePictureError } from '../picture/picture.ts'
import type { Kernel } from '../picture/resize-pixels.ts'
import { messageOf } from './message-of.ts'
import type { PreviewBytes } from './messages.ts'
import { mayShrinkOnLoad } from './shrink-on-load.ts'

/** A preview has at most 2 megapixels; what has more is none, and must not fill the memory. */
const MAX_PIXELS = 16_000_000
/** Of an original; what is larger is looked at by its preview. */
const MAX_ORIGINAL_PIXELS = 150_000_000
/** An original is never seen larger than that: no model has a larger input. */
const MAX_ORIGINAL_SIDE_PX = 4_096

/** Bytes of a picture, and whether they are an original. */
export type EncodedPicture = Pick<PreviewBytes, 'bytes' | 'isOriginal'>

/** What is made of a preview: its own size, and how its pixels become those of another. */
export type Stretch = { from: Size; to: Size; kernel: Kernel }

/** The upright size in which a picture is stored, and that in which it is seen: a large original is seen smaller. */
export type PictureSizes = { stored: Size; seen: Size }

/**
 * @returns its sizes, without its pixels having been decoded
 * @throws UnreadablePictureError
 */
export async function readPictureSizes(picture: EncodedPicture): Promise<PictureSizes> {
  const { autoOrient } = await readable(() => open(picture).metadata())
  const stored = { widthPx: autoOrient.width, heightPx: autoOrient.height }
  const shrink = picture.isOriginal
    ? Math.max(1, Math.max(stored.widthPx, stored.heightPx) / MAX_ORIGINAL_SIDE_PX)
    : 1
  const [widthPx, heightPx] = [stored.widthPx, stored.heightPx].map((side) =>
    Math.max(1, Math.round(side / shrink)),
  ) as [number, number]
  return { stored, seen: { widthPx, heightPx } }
}

/**
 * @param stretch to be done on the way: pixels that nobody needs are not decoded; default: all pixels
 * @throws UnreadablePictureError
 */
export async function decodePreview(picture: EncodedPicture, stretch?: Stretch): Promise<Pixels> {
  const image = stretch ? stretched(open(picture), stretch) : open(picture)
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

function open({ bytes, isOriginal }: EncodedPicture): Sharp {
  if (!isOriginal) return sharp(bytes, { limitInputPixels: MAX_PIXELS })
  return sharp(bytes, { limitInputPixels: MAX_ORIGINAL_PIXELS }).autoOrient()
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
    throw new UnreadablePictureError(`The picture cannot be decoded: ${messageOf(error)}`, { cause: error })
  }
}

/** Grey is three times the same. */
function spread(data: Uint8Array, channels: number): Uint8Array {
  const pixels = data.length / channels
  const rgb = new Uint8Array(pixels * 3)
  for (let at = 0; at < pixels; at += 1) rgb.fill(data[at * channels]!, at * 3, at * 3 + 3)
  return rgb
}
