import { MAX_MASK_SIDE_PX } from '../../../protocol/mask.ts'
import type { Picture, Size } from '../picture/picture.ts'
import { type Placement, placePicture } from '../picture/placement.ts'

/**
 * The size of a mask with the proportions of the picture: as large as the encoder saw it, and no larger than it is.
 */
export function maskSize({ widthPx, heightPx }: Picture, seen: Placement): Size {
  const longestPx = Math.min(
    Math.max(widthPx, heightPx),
    Math.max(seen.widthPx, seen.heightPx),
    MAX_MASK_SIDE_PX,
  )
  const { widthPx: width, heightPx: height } = placePicture(
    { widthPx, heightPx },
    { widthPx: longestPx, heightPx: longestPx },
    'corner',
  )
  return { widthPx: width, heightPx: height }
}
