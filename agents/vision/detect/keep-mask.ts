import { MAX_MASK_COUNTS, type Mask } from '../../../protocol/mask.ts'
import { encodeColumns, encodeMask } from '../../../protocol/rle.ts'

/**
 * A mask as it can be kept: one that goes in and out so often that its run lengths would be too long has half as many
 * pixels a side, again and again until they are not. No thing looks like that; noise does.
 *
 * @param bits row-major, one byte per pixel; 1 is inside
 */
export function keepMask(bits: Uint8Array, heightPx: number, widthPx: number): Mask {
  const mask = encodeMask(bits, heightPx, widthPx)
  if (mask.counts.length <= MAX_MASK_COUNTS) return mask
  return keepMask(halve(bits, heightPx, widthPx), Math.ceil(heightPx / 2), Math.ceil(widthPx / 2))
}

/** As `keepMask`, of bits that lie column by column. */
export function keepColumns(bits: Uint8Array, heightPx: number, widthPx: number): Mask {
  const mask = encodeColumns(bits, heightPx, widthPx)
  if (mask.counts.length <= MAX_MASK_COUNTS) return mask
  return keepColumns(halve(bits, widthPx, heightPx), Math.ceil(heightPx / 2), Math.ceil(widthPx / 2))
}

/** Every second of each line, and every second line. */
function halve(bits: Uint8Array, lines: number, length: number): Uint8Array {
  const [fewerLines, fewer] = [Math.ceil(lines / 2), Math.ceil(length / 2)]
  const halved = new Uint8Array(fewerLines * fewer)
  for (let line = 0; line < fewerLines; line += 1) {
    for (let at = 0; at < fewer; at += 1) halved[line * fewer + at] = bits[2 * line * length + 2 * at]!
  }
  return halved
}
