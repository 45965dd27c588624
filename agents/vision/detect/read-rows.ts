import type { Candidate } from './candidate.ts'

/** Centre, size and whether there is anything at all stand before the classes. */
const BEFORE_CLASSES = 5

type Rows = { data: Float32Array; rows: number; classes: number; minScore: number }

/**
 * Reads an output of one row for each place: `[cx, cy, w, h, objectness, class scores …]`. The score of a place is its
 * objectness times that of its best class.
 *
 * @param decode from what stands in a row, to centre and size in pixels of the input
 */
export function readRows(
  { data, rows, classes, minScore }: Rows,
  decode: (row: number, cx: number, cy: number, w: number, h: number) => [number, number, number, number],
): Candidate[] {
  const found: Candidate[] = []
  const rowLength = BEFORE_CLASSES + classes
  for (let row = 0; row < rows; row += 1) {
    const at = row * rowLength
    const objectness = data[at + 4]!
    // No class can be more certain than 1: most rows end here.
    if (!(objectness >= minScore)) continue
    let classId = 0
    let best = data[at + BEFORE_CLASSES]!
    for (let i = 1; i < classes; i += 1) {
      const value = data[at + BEFORE_CLASSES + i]!
      if (value > best) {
        best = value
        classId = i
      }
    }
    const score = objectness * best
    if (!(score >= minScore)) continue
    const [cx, cy, w, h] = decode(row, data[at]!, data[at + 1]!, data[at + 2]!, data[at + 3]!)
    found.push({ x1: cx - w / 2, y1: cy - h / 2, x2: cx + w / 2, y2: cy + h / 2, score, classId, row })
  }
  return found
}
