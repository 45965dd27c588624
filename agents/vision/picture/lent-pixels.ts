import { freeBytes } from './free-bytes.ts'
import type { Pixels } from './picture.ts'

/** Pixels to be read until they are given back, and not after that: their memory may be gone then. */
export type LentPixels = Pixels & Disposable

/** Pixels that only this one user has. */
export function ownPixels(pixels: Pixels): LentPixels {
  return { ...pixels, [Symbol.dispose]: () => freeBytes(pixels.rgb) }
}

/** Pixels that stay where they are. */
export function borrowedPixels(pixels: Pixels): LentPixels {
  return { ...pixels, [Symbol.dispose]: () => undefined }
}
