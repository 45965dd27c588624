/** Rows of pictures, `start` inclusive, `end` exclusive. */
export type PackedRow = { start: number; end: number; heightPx: number }

export type PackOptions = {
  widthPx: number
  /** Height that rows come as close to as their pictures allow. */
  targetHeightPx: number
  /** Space before item `index` when it is not the first of its row, in pixels. */
  gapBeforePx: (index: number) => number
}

/**
 * Breaks pictures into rows that fill the width, in one pass.
 *
 * A row ends where one more picture would bring its height further below the target than leaving it out
 * keeps it above. The last row is not stretched: it keeps the target height, or less if it has to fit.
 *
 * @param aspects width / height of each picture, all positive
 */
export function packRows(aspects: ArrayLike<number>, options: PackOptions): PackedRow[] {
  const { widthPx, targetHeightPx, gapBeforePx } = options
  const rows: PackedRow[] = []
  let start = 0
  let aspectSum = 0
  let gapsPx = 0
  for (let index = 0; index < aspects.length; index += 1) {
    const aspect = aspects[index] as number
    const gap = index === start ? 0 : gapBeforePx(index)
    const without = heightOf(widthPx - gapsPx, aspectSum)
    const withIt = heightOf(widthPx - gapsPx - gap, aspectSum + aspect)
    if (index > start && withIt < targetHeightPx && without - targetHeightPx < targetHeightPx - withIt) {
      rows.push({ start, end: index, heightPx: without })
      start = index
      aspectSum = aspect
      gapsPx = 0
    } else {
      aspectSum += aspect
      gapsPx += gap
    }
    const height = heightOf(widthPx - gapsPx, aspectSum)
    if (height <= targetHeightPx) {
      rows.push({ start, end: index + 1, heightPx: height })
      start = index + 1
      aspectSum = 0
      gapsPx = 0
    }
  }
  if (start < aspects.length) rows.push({ start, end: aspects.length, heightPx: targetHeightPx })
  return rows
}

function heightOf(widthPx: number, aspectSum: number): number {
  return aspectSum === 0 ? Number.POSITIVE_INFINITY : Math.max(1, widthPx) / aspectSum
}
