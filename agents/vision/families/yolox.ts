import { AppError } from '../../../protocol/errors.ts'
import { nameClasses } from '../detect/class-names.ts'
import { look } from '../detect/look.ts'
import { readRows } from '../detect/read-rows.ts'
import { requireDeclared, requireNumbers } from '../detect/require-output.ts'
import { toObjects } from '../detect/to-objects.ts'
import type { Size } from '../picture/picture.ts'
import type { Family } from './family.ts'
import { BYTES, type InputDefaults, readInputRule } from './read-input-rule.ts'

const INPUT: InputDefaults = {
  size: { widthPx: 640, heightPx: 640 },
  fit: 'corner',
  kernel: 'linear',
  channels: 'bgr',
  ...BYTES,
  pad: 114,
}
const BESIDE_CLASSES = 5
const MIN_SCORE = 0.3
const MAX_OVERLAP = 0.45
const STRIDES = [8, 16, 32]

/**
 * YOLOX as its `export_onnx.py` writes it, boxes not decoded.
 *
 * Input BGR in 0..255, letterbox at the upper left corner, grey 114. Output `[1, n, 5 + classes]`, one row for each cell
 * of the grids of stride 8, 16 and 32, row by row: centre relative to the cell and logarithm of the size, both in
 * strides; objectness and class scores after their sigmoid. NMS is ours.
 *
 * @see https://github.com/Megvii-BaseDetection/YOLOX/blob/main/yolox/utils/demo_utils.py `demo_postprocess`
 */
export const yolox: Family = {
  name: 'yolox',
  role: 'detector',
  open(loaded) {
    const { part, session } = loaded
    const input = readInputRule(loaded, INPUT)
    const cells = listCells(input.rule.size)
    const { name, dims } = requireDeclared(part, session.outputs, [null, null, null])
    if (typeof dims[1] === 'number' && dims[1] !== cells.stride.length) {
      const { widthPx, heightPx } = input.rule.size
      throw new AppError(
        'model_broken',
        `${part.file}: It has ${dims[1]} places; yolox has ${cells.stride.length} in ${widthPx}×${heightPx} pixels`,
      )
    }
    const classes = nameClasses(part, typeof dims[2] === 'number' ? dims[2] - BESIDE_CLASSES : undefined)
    const minScore = part.minScore ?? MIN_SCORE
    const maxOverlap = part.maxOverlap ?? MAX_OVERLAP
    return {
      detect: (picture, watch) =>
        look(picture, watch, {
          session,
          input,
          read(outputs, placement) {
            const rows = cells.stride.length
            const { data } = requireNumbers(part, outputs, name, [1, rows, BESIDE_CLASSES + classes.length])
            const candidates = readRows(
              { data, rows, classes: classes.length, minScore },
              (row, cx, cy, w, h) => {
                const stride = cells.stride[row]!
                return [
                  (cx + cells.column[row]!) * stride,
                  (cy + cells.row[row]!) * stride,
                  Math.exp(w) * stride,
                  Math.exp(h) * stride,
                ]
              },
            )
            return toObjects(candidates, { placement, classes, maxOverlap })
          },
        }),
    }
  },
}

/** For each row of the output, the cell that it speaks of. */
type Cells = { stride: Uint8Array; column: Uint16Array; row: Uint16Array }

function listCells({ widthPx, heightPx }: Size): Cells {
  const grids = STRIDES.map((stride) => ({
    stride,
    columns: Math.floor(widthPx / stride),
    rows: Math.floor(heightPx / stride),
  }))
  const count = grids.reduce((sum, { columns, rows }) => sum + columns * rows, 0)
  const cells = { stride: new Uint8Array(count), column: new Uint16Array(count), row: new Uint16Array(count) }
  let at = 0
  for (const { stride, columns, rows } of grids) {
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        cells.stride[at] = stride
        cells.column[at] = column
        cells.row[at] = row
        at += 1
      }
    }
  }
  return cells
}
