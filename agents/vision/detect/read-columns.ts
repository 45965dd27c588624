import type { Candidate } from './candidate.ts'

/** Centre and size stand before the classes. */
const BEFORE_CLASSES = 4

type Columns = { data: Float32Array; columns: number; classes: number; minScore: number }

/**
 * Reads an output of one column for each place: rows cx, cy, w, h in pixels of the input, then a row for each class.
 * What stands below these is not looked at.
 */
export function readColumns({ data, columns, classes, minScore }: Columns): Candidate[] {
  // Row by row, as the numbers lie in memory.
  const best = data.slice(BEFORE_CLASSES * columns, (BEFORE_CLASSES + 1) * columns)
  const classOf = new Uint16Array(columns)
  for (let classId = 1; classId < classes; classId += 1) {
    const row = (BEFORE_CLASSES + classId) * columns
    for (let column = 0; column < columns; column += 1) {
      const value = data[row + column]!
      if (value > best[column]!) {
        best[column] = value
        classOf[column] = classId
      }
    }
  }
  const found: Candidate[] = []
  for (let column = 0; column < columns; column += 1) {
    const score = best[column]!
    if (!(score >= minScore)) continue
    const cx = data[column]!
    const cy = data[columns + column]!
    const w = data[2 * columns + column]!
    const h = data[3 * columns + column]!
    found.push({
      x1: cx - w / 2,
      y1: cy - h / 2,
      x2: cx + w / 2,
      y2: cy + h / 2,
      score,
      classId: classOf[column]!,
      row: column,
    })
  }
  return found
}
