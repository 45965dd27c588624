import sharp from 'sharp'
import type { Pixels, Size } from './picture.ts'

/** How pixels between pixels are made; all of them look at every pixel that one of the result covers. */
export type Kernel = 'linear' | 'cubic' | 'lanczos3'

/**
 * Stretches pixels to a size, whatever their shape was; off the main thread.
 *
 * Those that have the size already are handed back as they are.
 */
export async function resizePixels(
  pixels: Pixels,
  { widthPx, heightPx }: Size,
  kernel: Kernel,
): Promise<Pixels> {
  if (pixels.widthPx === widthPx && pixels.heightPx === heightPx) return pixels
  const rgb = await sharp(pixels.rgb, {
    raw: { width: pixels.widthPx, height: pixels.heightPx, channels: 3 },
  })
    .resize(widthPx, heightPx, { fit: 'fill', kernel })
    .raw()
    .toBuffer()
  return { widthPx, heightPx, rgb }
}
