import sharp from 'sharp'
import type { PictureHeader } from './decode-limits.ts'
import type { ForeignFormat } from './messages.ts'

/** What a picture's header says; nothing is decoded for it. */
export type PictureFacts = PictureHeader & {
  /** EXIF orientation 1–8; undefined when the picture has none. */
  orientation: number | undefined
  /** Upright size. */
  uprightWidthPx: number
  uprightHeightPx: number
  profile: Buffer | undefined
  /** The page to show: the primary picture of a HEIF collection, else the first. */
  page: number
}

/**
 * Reads the header of a picture.
 *
 * @param source the file's bytes, or a path for files too large to be held
 * @throws Error when no allowed decoder knows the format or the header is broken
 */
export async function readPictureFacts(source: Buffer | string): Promise<PictureFacts> {
  const header = await sharp(source, { limitInputPixels: false, failOn: 'none' }).metadata()
  const { width: widthPx, height: heightPx } = header
  const isTurned = (header.orientation ?? 1) >= 5
  return {
    format: header.format,
    compression: header.compression,
    isProgressive: header.isProgressive ?? false,
    widthPx,
    heightPx,
    orientation: header.orientation,
    uprightWidthPx: isTurned ? heightPx : widthPx,
    uprightHeightPx: isTurned ? widthPx : heightPx,
    profile: header.icc,
    page: header.pagePrimary ?? 0,
  }
}

/** Names a format by its first bytes, for those that libvips here has no decoder for. */
export function findForeignFormat(start: Buffer): ForeignFormat | null {
  const text = start.toString('latin1', 0, 12)
  if (text.startsWith('8BPS')) return 'psd'
  if (text.startsWith('BM')) return 'bmp'
  if (text.startsWith('\xff\x0a') || text.startsWith('\0\0\0\x0cJXL ')) return 'jxl'
  return null
}
