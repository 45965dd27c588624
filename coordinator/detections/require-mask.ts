import { AppError } from '../../protocol/errors.ts'
import type { Mask } from '../../protocol/mask.ts'

/** @throws AppError `bad_request` when a mask has more pixels than the picture that it is of */
export function requireMaskFits(mask: Mask | null, picture: { widthPx: number; heightPx: number }): void {
  if (mask === null) return
  const [heightPx, widthPx] = mask.size
  if (widthPx > picture.widthPx || heightPx > picture.heightPx) {
    throw new AppError(
      'bad_request',
      `A mask of ${widthPx} × ${heightPx} pixels is larger than its picture of ${picture.widthPx} × ${picture.heightPx}`,
    )
  }
}
