import sharp from 'sharp'
import type { Picture } from './picture.ts'

/** How pixels between pixels are made; all of them look at every pixel that one of the result covers. */
export type Kernel = 'linear' | 'cubic' | 'lanczos3'

/**
 * Stretches a picture to a size, whatever its shape was; off the main thread.
 *
 * A picture that has the size already is handed back as it is.
 */
export async function resizePicture(
  picture: Picture,
  widthPx: number,
  heightPx: number,
  kernel: Kernel,
): Promise<Picture> {
  if (picture.widthPx === widthPx && picture.heightPx === heightPx) return picture
  const rgb = await sharp(picture.rgb, {
    raw: { width: picture.widthPx, height: picture.heightPx, channels: 3 },
  })
    .resize(widthPx, heightPx, { fit: 'fill', kernel })
    .raw()
    .toBuffer()
  return { widthPx, heightPx, rgb }
}
