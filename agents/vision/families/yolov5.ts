import { nameClasses } from '../detect/class-names.ts'
import { look } from '../detect/look.ts'
import { readRows } from '../detect/read-rows.ts'
import { requireDeclared, requireNumbers } from '../detect/require-output.ts'
import { toObjects } from '../detect/to-objects.ts'
import { YOLO_INPUT, YOLO_MAX_OVERLAP, YOLO_MIN_SCORE } from '../detect/yolo-input.ts'
import type { Family } from './family.ts'
import { readInputRule } from './read-input-rule.ts'

const BESIDE_CLASSES = 5

/**
 * YOLOv5 as its own `export.py` writes it.
 *
 * Input RGB in 0..1, centred letterbox, grey 114. Output `[1, n, 5 + classes]`: centre and size in pixels of the input,
 * objectness and class scores after their sigmoid. NMS is ours.
 *
 * @see https://github.com/ultralytics/yolov5/blob/master/utils/general.py `non_max_suppression`
 */
export const yolov5: Family = {
  name: 'yolov5',
  role: 'detector',
  open(loaded) {
    const { part, session } = loaded
    const input = readInputRule(loaded, YOLO_INPUT)
    const { name, dims } = requireDeclared(part, session.outputs, [null, null, null])
    const count = typeof dims[2] === 'number' ? dims[2] - BESIDE_CLASSES : undefined
    const classes = nameClasses(part, count)
    const minScore = part.minScore ?? YOLO_MIN_SCORE
    const maxOverlap = part.maxOverlap ?? YOLO_MAX_OVERLAP
    return {
      detect: (picture, watch) =>
        look(picture, watch, {
          session,
          input,
          read(outputs, placement) {
            const output = requireNumbers(part, outputs, name, [1, null, BESIDE_CLASSES + classes.length])
            const rows = { data: output.data, rows: output.dims[1]!, classes: classes.length, minScore }
            const candidates = readRows(rows, (_row, cx, cy, w, h) => [cx, cy, w, h])
            return toObjects(candidates, { placement, classes, maxOverlap })
          },
        }),
    }
  },
}
