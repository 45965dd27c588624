import { createRequire } from 'node:module'
import sharp from 'sharp'
import { derivedSizePx } from '../../../protocol/media.ts'
import { type Pixels, shrink } from './make-derived.ts'
import { tiffWithProfile } from './tiff-with-profile.ts'

/** The part of libheif-js that is used here; the package has no types of its own. */
type HeifImage = {
  get_width(): number
  get_height(): number
  is_primary(): boolean
  display(
    target: { data: Uint8ClampedArray; width: number; height: number },
    done: (filled: unknown) => void,
  ): void
  free(): void
}
type LibHeif = { HeifDecoder: new () => { decode(bytes: Uint8Array): HeifImage[] } }

let libHeif: LibHeif | undefined

/** Compiling the WebAssembly takes 40 ms and most libraries have no HEIC, so it waits for the first one. */
function requireLibHeif(): LibHeif {
  libHeif ??= createRequire(import.meta.url)('libheif-js/wasm-bundle.js') as LibHeif
  return libHeif
}

/**
 * Decodes the primary picture of a HEIC file, which sharp's own build cannot (HEVC).
 *
 * libheif applies the container's rotation, mirroring and cropping, so the pixels are upright.
 * The profile is applied after shrinking, on a tenth of the pixels. 10-bit and HDR pictures come out
 * as 8 bits without tone mapping.
 *
 * @param profile ICC profile of the picture, undefined for sRGB
 * @returns pixels of at most preview size, and the size of the whole picture
 * @throws Error when nothing can be decoded
 */
export async function decodeHevc(
  bytes: Buffer,
  profile: Buffer | undefined,
  maxPixels: number,
): Promise<{ pixels: Pixels; widthPx: number; heightPx: number }> {
  const decoder = new (requireLibHeif().HeifDecoder)()
  const images = decoder.decode(bytes)
  try {
    const image = images.find((candidate) => candidate.is_primary()) ?? images[0]
    if (image === undefined) throw new Error('The HEIF container holds no picture')
    const widthPx = image.get_width()
    const heightPx = image.get_height()
    if (widthPx * heightPx > maxPixels) throw new Error(`The picture has ${widthPx} x ${heightPx} pixels`)
    const data = new Uint8ClampedArray(widthPx * heightPx * 4)
    const filled = await new Promise((resolve) => {
      image.display({ data, width: widthPx, height: heightPx }, resolve)
    })
    if (filled === null) throw new Error('The HEVC picture cannot be decoded')
    const rgba: Pixels = { data: Buffer.from(data.buffer), widthPx, heightPx, channels: 4 }
    return { pixels: await toSrgb(await shrink(rgba, derivedSizePx.preview), profile), widthPx, heightPx }
  } finally {
    for (const image of images) image.free()
  }
}

async function toSrgb(pixels: Pixels, profile: Buffer | undefined): Promise<Pixels> {
  const raw = { width: pixels.widthPx, height: pixels.heightPx, channels: pixels.channels }
  const source =
    profile === undefined
      ? sharp(pixels.data, { raw })
      : sharp(tiffWithProfile(pixels, profile), { failOn: 'none' })
  const data = await source.toColourspace('srgb').removeAlpha().raw({ depth: 'uchar' }).toBuffer()
  return { ...pixels, data, channels: 3 }
}
