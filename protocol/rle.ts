import type { Mask } from './mask.ts'
import { CountsWriter, findRuns } from './rle-counts.ts'

/** Four pixels at once that are all outside, or all inside. */
const FOUR_OUTSIDE = 0
const FOUR_INSIDE = 0x01010101
/** Columns that are turned at a time: as many cache lines as stay at hand while the rows go by. */
const TURNED_COLUMNS = 64
/** Shorter runs are written faster than a call of `fill` starts. */
const SHORT_RUN = 24

/**
 * Encodes a mask as COCO run lengths.
 *
 * @param bits row-major, one byte per pixel, `heightPx * widthPx` long; non-zero is inside
 * @throws RangeError if `bits` has another length
 * @see https://github.com/cocodataset/cocoapi/blob/master/common/maskApi.h
 */
export function encodeMask(bits: Uint8Array, heightPx: number, widthPx: number): Mask {
  requireLength(bits, heightPx, widthPx)
  return encodeColumns(turn(bits, heightPx, widthPx), heightPx, widthPx)
}

/**
 * As `encodeMask`, of bits that lie column by column already, as COCO has them.
 *
 * @param bits column-major, one byte per pixel, `heightPx * widthPx` long; non-zero is inside
 * @throws RangeError if `bits` has another length
 */
export function encodeColumns(bits: Uint8Array, heightPx: number, widthPx: number): Mask {
  requireLength(bits, heightPx, widthPx)
  const writer = new CountsWriter()
  // Whole runs are skipped four pixels at a time where the bytes lie at a word's border.
  const words =
    bits.byteOffset % 4 === 0
      ? new Int32Array(bits.buffer, bits.byteOffset, bits.length >> 2)
      : new Int32Array(0)
  let inside = false
  let start = 0
  let at = 0
  while (at < bits.length) {
    if ((at & 3) === 0) {
      const same = inside ? FOUR_INSIDE : FOUR_OUTSIDE
      let word = at >> 2
      while (word < words.length && words[word] === same) word += 1
      at = Math.max(at, word << 2)
      if (at >= bits.length) break
    }
    if ((bits[at] !== 0) !== inside) {
      writer.write(at - start)
      start = at
      inside = !inside
    }
    at += 1
  }
  writer.write(bits.length - start)
  return { size: [heightPx, widthPx], counts: writer.toString() }
}

/**
 * @returns row-major, one byte per pixel: 1 inside, 0 outside
 * @throws RangeError if the run lengths are none, or not those of a mask of this size
 */
export function decodeMask(mask: Mask): Uint8Array {
  const [heightPx, widthPx] = mask.size
  return turn(decodeColumns(mask), widthPx, heightPx)
}

/**
 * @returns column-major, one byte per pixel: 1 inside, 0 outside
 * @throws RangeError if the run lengths are none, or not those of a mask of this size
 */
export function decodeColumns(mask: Mask): Uint8Array {
  const runs = requireRuns(mask)
  const bits = new Uint8Array(mask.size[0] * mask.size[1])
  let end = 0
  for (let i = 0; i < runs.length; i += 1) {
    const start = end
    end += runs[i]!
    if (i % 2 === 0) continue
    if (end - start >= SHORT_RUN) bits.fill(1, start, end)
    else for (let at = start; at < end; at += 1) bits[at] = 1
  }
  return bits
}

/** @throws RangeError if the run lengths are none, or not those of a mask of this size */
export function requireRuns({ size, counts }: Mask): Uint32Array {
  const runs = findRuns(counts, size[0] * size[1])
  if (!runs) throw new RangeError(`These are not the run lengths of a mask of ${size[1]}×${size[0]} pixels`)
  return runs
}

/** Lays rows as columns: of `rows` rows of `columns` values each, the columns one after another. */
function turn(bits: Uint8Array, rows: number, columns: number): Uint8Array {
  const turned = new Uint8Array(bits.length)
  for (let left = 0; left < columns; left += TURNED_COLUMNS) {
    const right = Math.min(left + TURNED_COLUMNS, columns)
    for (let row = 0; row < rows; row += 1) {
      let to = left * rows + row
      const end = row * columns + right
      for (let from = row * columns + left; from < end; from += 1) {
        // Ones only, whatever stands for inside, so that runs can be skipped by the word.
        turned[to] = bits[from] ? 1 : 0
        to += rows
      }
    }
  }
  return turned
}

function requireLength(bits: Uint8Array, heightPx: number, widthPx: number): void {
  if (bits.length === heightPx * widthPx) return
  throw new RangeError(`${bits.length} bytes are no mask of ${widthPx}×${heightPx} pixels`)
}
