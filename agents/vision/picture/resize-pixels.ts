import sharp from 'sharp'
import { type LentPixels, ownPixels } from './lent-pixels.ts'
import type { Size } from './picture.ts'

/** How pixels between pixels are made; all of them look at every pixel that one of the result covers. */
export type Kernel = 'linear' | 'cubic' | 'lanczos3'

/**
 * Stretches pixels to a size, whatever their shape was; off the main thread.
 *
 * @param lent is given back; pixels that have the size already are handed on
 */
export async function resizePixels(
  lent: LentPixels,
  { widthPx, heightPx }: Size,
  kernel: Kernel,
): Promise<LentPixels> {
  if (lent.widthPx === widthPx && lent.heightPx === heightPx) return lent
  using pixels = lent
  const rgb = await sharp(pixels.rgb, {
    raw: { width: pixels.widthPx, height: pixels.heightPx, channels: 3 },
  })
    .resize(widthPx, heightPx, { fit: 'fill', kernel })
    .raw()
    .toBuffer()
  return ownPixels({ widthPx, heightPx, rgb })
}
