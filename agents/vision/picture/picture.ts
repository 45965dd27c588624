import type { LentPixels } from './lent-pixels.ts'
import type { Kernel } from './resize-pixels.ts'

export type Size = { widthPx: number; heightPx: number }

/** Pixels of an upright picture: RGB, 8 bits a channel, row-major, `heightPx * widthPx * 3` bytes. */
export type Pixels = Size & { rgb: Uint8Array }

/** An upright picture, whose pixels are made when a model wants them, and as it wants them. */
export type Picture = Size & {
  /**
   * All of them.
   *
   * @throws UnreadablePictureError
   */
  pixels(): Promise<LentPixels>
  /**
   * Stretched to a size, whatever the picture's shape is.
   *
   * @throws UnreadablePictureError
   */
  resized(size: Size, kernel: Kernel): Promise<LentPixels>
}

/** A fact about the picture, and no fault of who looks at it. */
export class UnreadablePictureError extends Error {}
