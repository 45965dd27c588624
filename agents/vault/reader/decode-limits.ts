/** What the header of a picture says before anything is decoded. */
export type PictureHeader = {
  /** sharp's name for the container: jpeg, png, webp, tiff, gif, heif. */
  format: string
  /** Codec inside a HEIF container: `av1` or `hevc`. */
  compression: string | undefined
  isProgressive: boolean
  widthPx: number
  heightPx: number
}

const MEGAPIXEL = 1_000_000

/** sharp's own limit, 16,383 squared: enough for every camera and most stitched panoramas. */
const GENERAL_LIMIT_MP = 268

/**
 * Formats whose decoders hold the whole picture. Measured with libvips 8.18 near the old limit: AVIF
 * takes about 18 bytes a pixel, interlaced PNG and progressive JPEG 3 to 8, HEVC through libheif 10.
 * Each limit keeps its format below 1 GB.
 */
const wholePictureLimitsMp = { av1: 50, hevc: 64, progressive: 80, gif: 80 } as const

/** Above this, or with a whole-picture decoder above a quarter of it, only one is decoded at a time. */
const BIG_MP = 100

/** The most pixels that a picture with such a header may have. */
export function pixelLimit(header: PictureHeader): number {
  return limitMp(header) * MEGAPIXEL
}

/** Whether the picture is so large that two of them at once could exhaust the machine. */
export function isBig(header: PictureHeader): boolean {
  const factor = limitMp(header) < GENERAL_LIMIT_MP ? 4 : 1
  return header.widthPx * header.heightPx * factor > BIG_MP * MEGAPIXEL
}

function limitMp(header: PictureHeader): number {
  if (header.format === 'heif') {
    return header.compression === 'av1' ? wholePictureLimitsMp.av1 : wholePictureLimitsMp.hevc
  }
  if (header.format === 'gif') return wholePictureLimitsMp.gif
  return header.isProgressive ? wholePictureLimitsMp.progressive : GENERAL_LIMIT_MP
}
